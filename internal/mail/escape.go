package mail

import (
	"html"
	"regexp"
	"strings"
)

// Mailgun replaces "%recipient.x%" and its like wherever they stand, in the bodies
// as they are handed over. An author who writes about them must not have them
// replaced, so whatever is not ours is written in a form that Mailgun does not
// recognise and a reader cannot tell from the original.

// percent is a percent sign that may begin a variable.
var percent = regexp.MustCompile(`%([A-Za-z_])`)

// known begins one of Mailgun's variables. In a text every other percent sign is
// left alone, so that "%PATH%" can still be copied from a code sample.
var known = regexp.MustCompile(`(?i)%(recipient|unsubscribe_url|tag_unsubscribe_url|mailing_list_unsubscribe_url)`)

// joiner is invisible and keeps what it stands between together (U+2060).
const joiner = "\u2060"

// esc writes text of an author into HTML, between tags or in a quoted attribute.
func esc(text string) string { return guardHTML(html.EscapeString(valid(text))) }

// guardHTML breaks variables in finished HTML: a browser reads the reference as
// the sign it stands for, in text and in attributes alike.
func guardHTML(code string) string { return percent.ReplaceAllString(code, "&#37;$1") }

// guardText breaks Mailgun's variables in plain text and header fields.
func guardText(text string) string { return known.ReplaceAllString(valid(text), "%"+joiner+"$1") }

// guardURL breaks variables in a link of a plain text, where an invisible sign
// would break the link: a percent sign that does not encode a byte is itself to be
// encoded anyway.
func guardURL(link string) string { return percentInURL.ReplaceAllString(valid(link), "%25$1") }

var percentInURL = regexp.MustCompile(`%([G-Zg-z_]|[A-Fa-f][^0-9A-Fa-f])`)

// valid takes out what no mail can carry: bytes that are not UTF-8 and control
// characters other than line break and tab.
func valid(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}
