package functions_test

import (
	"strings"
	"testing"

	"github.com/pennypost/pennypost/functions"
)

func TestRedact(t *testing.T) {
	for line, want := range map[string]string{
		"no address here":                             "no address here",
		"550 <anna@example.org> unknown":              "550 <(address)> unknown",
		"to=anna.b+c@mail.example.co.uk, again":       "to=(address), again",
		`Get "https://x.example/t?a=anna%40x.md&b=1"`: `Get "https://x.example/t?a=(address)&b=1"`,
		"ana@clinica.md":                              "(address)",
		`"anna"@example.org`:                          "(address)",
		"anna&#64;example.org":                        "(address)",
		"anna＠example.org":                            "(address)",
		`{"to":["anna@example.org","b@c.de"]}`:        `{"to":["(address)","(address)"]}`,
		"posts/photo@2x.png is too large":             "posts/photo@2x.png is too large",
		"receipts/posts/anna@example.org.md.txt":      "receipts/posts/(address)",
		"posts/anna@example.org.png":                  "posts/(address)",
		"a@b@c.png":                                   "(address)",
		"user@localhost":                              "user@localhost",
	} {
		if got := functions.Redact(line); got != want {
			t.Errorf("%q becomes %q, want %q", line, got, want)
		}
	}
}

// FuzzRedact: an address stands in no line that was redacted, whatever is around it,
// and redacting again changes nothing.
func FuzzRedact(f *testing.F) {
	for _, s := range []string{"to <", "?a=", "posts/", "\"", "[", "%3C", ",", "=?utf-8?q?", ""} {
		f.Add(s, ">")
		f.Add("x ", s)
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		for _, address := range []string{"anna@example.org", "anna%40example.org"} {
			got := functions.Redact(before + address + " " + after)
			if strings.Contains(got, address) {
				t.Errorf("%q is left in %q", address, got)
			}
			if again := functions.Redact(got); again != got {
				t.Errorf("%q becomes %q", got, again)
			}
		}
	})
}
