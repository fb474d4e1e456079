package signup

import "github.com/pennypost/pennypost/internal/theme"

// linkForm is the form by which a subscriber asks for a fresh link.
type linkForm struct {
	Seal    string
	Trouble string // about the form as a whole
	Email   string // about the address
}

// askLinkPage is for whoever comes to the preferences without a link.
func askLinkPage(f linkForm) page {
	return page{"Your preferences", func(b *theme.Body) {
		b.Raw("<p>Every mail from us ends with a link to your preferences. If you have none at hand, we can mail you one.</p>\n")
		f.write(b)
	}}
}

// badLinkPage is the one answer to every link that is not good.
func badLinkPage(f linkForm) page {
	return page{"This link does not work", func(b *theme.Body) {
		b.Raw("<p>Perhaps it was cut short on the way, or it is too old. We can mail you a fresh link, with which you can change or end your subscription.</p>\n")
		f.write(b)
	}}
}

func (f linkForm) write(b *theme.Body) {
	b.Some(`<p class="message message-error" role="alert">`, f.Trouble, "</p>\n")
	b.Raw("<form class=\"form\" method=\"post\" action=\"/preferences\">\n")
	b.Hidden("do", "link")
	b.Hidden("form", f.Seal)
	b.EmailField("link", "E-mail address", "", f.Email)
	b.Honeypot("link")
	b.Raw("  <button class=\"button\" type=\"submit\">Send me a link</button>\n</form>\n" +
		`<p>Not subscribed yet? <a href="/subscribe">Subscribe here</a>.</p>`)
}
