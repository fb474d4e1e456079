package mailgun

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"regexp"
	"strings"
	"unicode/utf8"
)

// longestReason bounds what is kept of Mailgun's words, in bytes.
const longestReason = 300

// reason is the message of an answer in one line without addresses.
func reason(status int, body []byte) string {
	var answer struct {
		Message json.RawMessage `json:"message"`
	}
	var text string
	if json.Unmarshal(body, &answer) != nil || json.Unmarshal(answer.Message, &text) != nil {
		text = string(body)
	}
	text = strings.TrimSpace(text)
	if text == "" || strings.HasPrefix(text, "<") { // a gateway's web page
		text = http.StatusText(status)
	}
	if text == "" {
		return "no reason given"
	}
	return tidy(text)
}

// cause is why no answer came, without URL and addresses.
func cause(err error) string {
	var dns *net.DNSError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "it took too long"
	case errors.Is(err, context.Canceled):
		return "it was called off"
	case errors.As(err, &dns):
		return "its name cannot be resolved"
	}
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(err) {
		err = next
	}
	return tidy(err.Error())
}

// address is anything that may be a mail address, also percent-encoded or in an
// internationalised form. Too much is rather hidden than too little.
var address = regexp.MustCompile(`(?i)("[^"\s]+"|[^\s<>"'(),:;\[\]{}=?&/]+)(@|%40|&#64;|＠)[^\s<>"'(),:;\]{}=?&/]+`)

// Scrub puts "[address]" in the place of every mail address in a text. To scrub
// again changes nothing: what stands next to an address may become one with it.
func Scrub(text string) string {
	for {
		next := address.ReplaceAllString(text, "[address]")
		if next == text {
			return text
		}
		text = next
	}
}

// tidy makes one short, valid line without addresses of a foreign text.
func tidy(text string) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "�")), " ")
	text = Scrub(text)
	if len(text) > longestReason {
		text = text[:longestReason]
		for !utf8.ValidString(text) {
			text = text[:len(text)-1]
		}
		text = Scrub(text + "…") // the cut may have made an address of what was none
	}
	return text
}
