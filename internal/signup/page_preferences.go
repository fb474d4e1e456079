package signup

import (
	"fmt"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/theme"
)

// preferences is the page on which a subscriber sees and changes everything.
type preferences struct {
	Token, Title     string
	Who              audience.Subscriber
	Cadences, Topics []theme.Choice
	Paused           string // the day until which nothing is sent; empty: not paused
	Words            preferenceWords
}

// preferenceWords are what the page says about what was just done.
type preferenceWords struct {
	Done  string
	Error string // about the new address
	New   string // the new address as it was sent
}

// pauses are the weeks one can choose to pause for.
var pauses = [...]int{1, 2, 4, 8, 12, 26}

func (p *preferences) page() page { return page{"Your preferences", p.write} }

func (p *preferences) write(b *theme.Body) {
	b.Some(`<p class="message" role="status">`, p.Words.Done, "</p>\n")
	if p.Who.Status == audience.Active {
		p.writeSubscription(b)
		p.writeMove(b)
		b.Raw("<h2>Unsubscribe</h2>\n")
		openForm(b, "/unsubscribe", p.Token)
		b.Raw("  <button class=\"button button-quiet\" type=\"submit\">Unsubscribe</button>\n</form>\n")
	} else {
		b.Text("<p>Nothing is sent to <strong>", audience.Mask(p.Who.Email), "</strong>")
		switch p.Who.Status {
		case audience.Complained:
			b.Raw(", because a mail of ours was reported as spam there. " + neverAgain + "</p>\n")
		case audience.Bounced:
			b.Raw(", because the address did not accept our mail")
			fallthrough
		default:
			b.Raw(".</p>\n<p>You are welcome to <a href=\"/subscribe\">subscribe again</a>.</p>\n")
		}
	}
	p.writeKept(b)
}

// writeSubscription writes the choices, and the pause.
func (p *preferences) writeSubscription(b *theme.Body) {
	b.Text("<p>", p.Title, " is sent to ")
	b.Text("<strong>", audience.Mask(p.Who.Email), "</strong>")
	b.Some(", but paused until <strong>", p.Paused, "</strong>")
	b.Raw(".</p>\n")
	if p.Paused != "" {
		openForm(b, "/preferences", p.Token)
		b.Raw("  <button class=\"button button-quiet\" type=\"submit\" name=\"do\" value=\"resume\">End the pause</button>\n</form>\n")
	}
	openForm(b, "/preferences", p.Token)
	b.Choices("How often", "cadence", p.Cadences)
	b.Checks("About what", "topics", p.Topics)
	b.Raw("  <div class=\"field\">\n    <label for=\"preferences-name\">Name <span class=\"optional\">optional</span></label>\n")
	b.Text(`    <input id="preferences-name" type="text" name="name" value="`, p.Who.Name, "\" autocomplete=\"given-name\" maxlength=\"100\">\n  </div>\n")
	b.Raw("  <button class=\"button\" type=\"submit\" name=\"do\" value=\"save\">Save</button>\n</form>\n")
	if p.Paused == "" {
		p.writePause(b)
	}
}

func (p *preferences) writePause(b *theme.Body) {
	b.Raw("<h2>Pause</h2>\n")
	openForm(b, "/preferences", p.Token)
	b.Raw("  <div class=\"field\">\n    <label for=\"preferences-weeks\">Send me nothing for</label>\n    <select id=\"preferences-weeks\" name=\"weeks\">\n")
	for _, n := range pauses {
		b.Text(`      <option value="`, fmt.Sprint(n), `"`)
		if n == 4 {
			b.Raw(" selected")
		}
		words := "1 week"
		if n > 1 {
			words = fmt.Sprint(n, " weeks")
		}
		b.Text(">", words, "</option>\n")
	}
	b.Raw("    </select>\n  </div>\n  <button class=\"button button-quiet\" type=\"submit\" name=\"do\" value=\"pause\">Pause</button>\n</form>\n")
}

func (p *preferences) writeMove(b *theme.Body) {
	b.Raw("<h2>Another address</h2>\n")
	openForm(b, "/preferences", p.Token)
	b.EmailField("preferences", "New e-mail address", p.Words.New, p.Words.Error)
	b.Raw("  <button class=\"button button-quiet\" type=\"submit\" name=\"do\" value=\"move\">Send it there</button>\n</form>\n")
}

// writeKept says what is kept, and gives it or forgets it.
func (p *preferences) writeKept(b *theme.Body) {
	b.Raw(`<h2>What is kept about you</h2>
<p>The address, what you chose here, and when you agreed to it. No opens and no clicks are recorded. Mails get forwarded, so what you download here has your address masked; with <a href="/preferences">a fresh link</a> it is complete.</p>
`)
	openForm(b, "/preferences", p.Token)
	b.Raw(`  <div class="buttons">
    <button class="button button-quiet" type="submit" name="do" value="download">Download it</button>
    <button class="button button-danger" type="submit" name="do" value="erase">Erase it</button>
  </div>
</form>`)
}

// erasePage asks once more.
func erasePage(token, masked string) page {
	return page{"Erase everything?", func(b *theme.Body) {
		b.Text("<p>Everything kept about <strong>", masked, "</strong> will be erased, and nothing will be sent to it any more. This cannot be undone. Only an unreadable mark stays, so that no old list brings you back.</p>\n")
		openForm(b, "/preferences", token)
		b.Hidden("sure", "yes")
		b.Raw("  <button class=\"button button-danger\" type=\"submit\" name=\"do\" value=\"erase\">Erase everything</button>\n</form>\n")
		b.Text(`<p><a href="/preferences?t=`, token, `">No, back to my preferences</a></p>`)
	}}
}
