package signup

import (
	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/settings"
	"github.com/pennypost/pennypost/internal/theme"
)

// confirmPage has the one button that subscribes, or moves a subscription.
func confirmPage(s *settings.Settings, token string, q *request) page {
	return page{"Please confirm", func(b *theme.Body) {
		masked, button := audience.Mask(q.Email), "Yes, subscribe me"
		if q.Kind == move {
			button = "Yes, send it here"
			b.Text("<p>From now on the newsletter should go to <strong>", masked, "</strong>.</p>\n")
		} else {
			b.Text("<p>You asked us to write to <strong>", masked, "</strong>.</p>\n")
			b.Text("<p>“", promise(s, q.Cadence, q.Topics), "”</p>\n")
		}
		openForm(b, "/confirm", token)
		b.Text(`  <button class="button" type="submit">`, button, "</button>\n</form>\n")
		b.Raw("<p>If you did not ask for this, just close this page. Nothing will be sent.</p>")
	}}
}

// welcomePage is what the button leads to.
func welcomePage(title string, moved bool, c audience.Cadence, token string) page {
	return page{"Welcome", func(b *theme.Body) {
		if moved {
			b.Text("<p>From now on ", title, " comes to your new address.</p>\n")
		} else {
			b.Text("<p>You are subscribed to ", title, ": ")
			b.Text("", cadenceWords(c), ".</p>\n")
		}
		b.Text(`<p><a href="/preferences?t=`, token, `">Change how often, or what about</a> · <a href="/">Read on</a></p>`)
	}}
}

func cadenceWords(c audience.Cadence) string {
	switch c {
	case audience.Weekly:
		return "one mail a week"
	case audience.Monthly:
		return "one mail a month"
	}
	return "each post as it appears"
}

// unsubscribePage has the button for those who followed the link in a mail.
func unsubscribePage(title, masked, token string) page {
	return page{"Unsubscribe", func(b *theme.Body) {
		b.Text("<p>", title, " will not be sent to ")
		b.Text("<strong>", masked, "</strong> any more.</p>\n")
		openForm(b, "/unsubscribe", token)
		b.Raw("  <button class=\"button\" type=\"submit\">Unsubscribe</button>\n</form>\n")
		b.Text(`<p>Just too much? <a href="/preferences?t=`, token, `">Get it weekly or monthly, or pause it</a> instead.</p>`)
	}}
}

// leftPage says that it is done.
func leftPage(title string) page {
	return page{"You are unsubscribed", func(b *theme.Body) {
		b.Text("<p>Done. ", title, " will not write to you any more.</p>\n")
		b.Raw(`<p>Was it a mistake? You can <a href="/subscribe">subscribe again</a> at any time. <a href="/">Everything stays here to be read</a>.</p>`)
	}}
}
