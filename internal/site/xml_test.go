package site

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// Whatever an author pastes into a post, the feed is XML and says the same, but
// for characters that XML forbids.
func TestAnyTextIsWellFormed(t *testing.T) {
	nasty := rapid.StringOf(rapid.OneOf(rapid.Rune(), rapid.SampledFrom([]rune("<>&\"']\x00\x07\x1b\u0085\ufffe\uffff\r\n\t "))))
	rapid.Check(t, func(t *rapid.T) {
		text, html := nasty.Draw(t, "text"), nasty.Draw(t, "html")+"]]>"+nasty.Draw(t, "more")
		var b bytes.Buffer
		x := newXML(&b)
		x.open("a", "name", text)
		x.text("b", text)
		x.html("c", html)
		x.optional("d", "")
		x.empty("e")
		x.close("a")
		var got struct {
			Name string `xml:"name,attr"`
			B    string `xml:"b"`
			C    string `xml:"c"`
		}
		if err := xml.Unmarshal(b.Bytes(), &got); err != nil {
			t.Fatalf("%v in %q", err, b.String())
		}
		if got.Name != printable(text) || got.B != printable(text) {
			t.Fatalf("%q is read as %q and %q", text, got.Name, got.B)
		}
		// In a CDATA section there is no way to spell a carriage return out.
		if want := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(printable(html)); got.C != want {
			t.Fatalf("%q is read as %q", html, got.C)
		}
	})
}

func TestPrintable(t *testing.T) {
	for s, want := range map[string]string{
		"plain é 漢 🙂": "plain é 漢 🙂", "a\x00b\x07c": "abc", "tab\tand\nline": "tab\tand\nline",
		"c1 \u0085\u009f": "c1 ", "bad \xff\xfe": "bad ", "\ufffe\uffff": "", "\u2028": "\u2028",
	} {
		if got := printable(s); got != want || !utf8.ValidString(got) {
			t.Errorf("printable(%q) is %q", s, got)
		}
	}
}
