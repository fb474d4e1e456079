package mail

import (
	"fmt"
	"mime"
	"net/mail"
	"net/netip"
	"net/url"
	"strings"
	"unicode"

	"github.com/pennypost/pennypost/internal/settings"
)

// longestSubject bounds a subject, in characters: inboxes show at most half of it.
const longestSubject = 200

// line makes one line of any text, so that nothing can begin another header field:
// every run of white space and control characters becomes a space.
func line(text string) string {
	fields := strings.FieldsFunc(strings.ToValidUTF8(text, "\uFFFD"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	})
	return strings.Join(fields, " ")
}

// encoded writes a header field's value in ASCII (RFC 2047), where it is not.
func encoded(value string) string { return mime.QEncoding.Encode("utf-8", value) }

// subjectLine is a header's worth of an author's text.
func subjectLine(text string) string { return guardText(shorten(line(text), longestSubject)) }

// shorten cuts a text after a word at no more than n characters.
func shorten(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	cut := string(runes[:n-1])
	if space := strings.LastIndexByte(cut, ' '); space > n/2 {
		cut = cut[:space]
	}
	return strings.TrimRight(cut, " ,;:.–—-") + "…"
}

// From is the From field: newsletter.from, or the author's name (else the
// title) at the sending domain.
func From(s *settings.Settings) (string, error) {
	if from := line(s.Newsletter.From); from != "" {
		a, err := mail.ParseAddress(from)
		if err != nil {
			return "", fmt.Errorf("newsletter.from: %q is not an address", from)
		}
		return address(a), nil
	}
	name := line(s.Author.Name)
	if name == "" {
		name = line(s.Title)
	}
	domain := line(s.Newsletter.Domain)
	if domain == "" {
		domain = host(s)
	}
	return address(&mail.Address{Name: name, Address: "newsletter@" + domain}), nil
}

// replyTo is where answers go: newsletter.reply_to, else the author.
func replyTo(s *settings.Settings) (string, error) {
	for _, field := range []struct{ name, value string }{
		{"newsletter.reply_to", s.Newsletter.ReplyTo}, {"author.email", s.Author.Email},
	} {
		value := line(field.value)
		if value == "" {
			continue
		}
		a, err := mail.ParseAddress(value)
		if err != nil {
			return "", fmt.Errorf("%s: %q is not an address", field.name, value)
		}
		if a.Name == "" {
			a.Name = line(s.Author.Name)
		}
		return address(a), nil
	}
	return "", nil
}

// address writes "Name <address>" without a variable of Mailgun's in the name.
// A backslash in a name beyond ASCII comes out of net/mail as one that net/mail
// cannot read.
func address(a *mail.Address) string {
	return (&mail.Address{Name: guardText(strings.ReplaceAll(a.Name, `\`, "")), Address: a.Address}).String()
}

// host is the site's domain name; "localhost" where it has none of its own.
func host(s *settings.Settings) string {
	u, err := url.Parse(s.URL)
	if err != nil || u.Hostname() == "" || isNumber(u.Hostname()) {
		return "localhost"
	}
	return u.Hostname()
}

// listHeaders are those of a mail to many: RFC 8058 (one-click unsubscribe, which
// Gmail, Yahoo and Microsoft demand) and RFC 2919 (the list's name).
func listHeaders(s *settings.Settings) map[string]string {
	return map[string]string{
		"List-Unsubscribe":      "<" + unsubscribeURL(s) + ">",
		"List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		"List-Id":               encoded(`"`+strings.NewReplacer(`"`, "", `\`, "").Replace(guardText(line(s.Title)))+`"`) + " <newsletter." + host(s) + ">",
	}
}

func unsubscribeURL(s *settings.Settings) string { return s.URL + "/unsubscribe?t=" + Token }
func preferencesURL(s *settings.Settings) string { return s.URL + "/preferences?t=" + Token }

// siteURL checks that links can be made absolute.
func siteURL(s *settings.Settings) error {
	u, err := url.Parse(s.URL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return fmt.Errorf("url: %q is not the address of a site", s.URL)
	}
	return nil
}

// isNumber tells an IP address from a name.
func isNumber(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}
