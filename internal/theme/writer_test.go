package theme

import (
	"html"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTextComesBackAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "words")
		var w writer
		w.text(s)
		out := string(w.b)
		if strings.ContainsAny(out, "<>\"\x00") {
			t.Fatalf("%q became %q", s, out)
		}
		if back := html.UnescapeString(out); back != strings.ReplaceAll(s, "\x00", "\uFFFD") {
			t.Fatalf("%q came back as %q", s, back)
		}
	})
}

func TestAddressesLeadWhereTheyMay(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"/blog/x/", "/blog/x/"},
		{"/a?b=c:d&e=1", "/a?b=c:d&amp;e=1"},
		{"https://example.org/a:b", "https://example.org/a:b"},
		{"HTTP://example.org", "HTTP://example.org"},
		{"mailto:me@example.org", "mailto:me@example.org"},
		{"#fn:1", "#fn:1"},
		{"", ""},
		{"javascript:alert(1)", "#"},
		{" JavaScript:alert(1)", "#"},
		{"java\tscript:alert(1)", "#"},
		{"\x01javascript:alert(1)", "#"},
		{"data:text/html,x", "#"},
		{`/"onmouseover="x`, "/&#34;onmouseover=&#34;x"},
	} {
		var w writer
		w.url(c.in)
		if got := string(w.b); got != c.want {
			t.Errorf("%q: %q, not %q", c.in, got, c.want)
		}
	}
}

func TestDirectionFollowsTheScript(t *testing.T) {
	for language, want := range map[string]string{"en": "ltr", "he": "rtl", "ar-EG": "rtl", "FA": "rtl", "arn": "ltr", "": "ltr"} {
		if got := direction(language); got != want {
			t.Errorf("%q is written %s, not %s", language, got, want)
		}
	}
}

func TestStarsAreHalves(t *testing.T) {
	for n, want := range map[float64]string{0.5: "½", 1: "★", 4.5: "★★★★½", 5: "★★★★★"} {
		if got := stars(n); got != want {
			t.Errorf("%v: %s, not %s", n, got, want)
		}
	}
}

// TestEveryTypesetCoverIsChosen: titles spread over all covers, and one title
// always gets the same.
func TestEveryTypesetCoverIsChosen(t *testing.T) {
	chosen := map[string]bool{}
	for _, b := range sampleBooks() {
		class, _, _ := strings.Cut(coverClass(b.Title), " ")
		if again, _, _ := strings.Cut(coverClass(strings.ToUpper(b.Title)), " "); again != class {
			t.Errorf("%s: %s and %s", b.Title, class, again)
		}
	}
	for _, letter := range strings.Split("abcdefghijklmnopqrstuvwxyz", "") {
		class, _, _ := strings.Cut(coverClass("A book about "+letter), " ")
		chosen[class] = true
	}
	if len(chosen) != covers {
		t.Errorf("26 titles got %d of %d covers", len(chosen), covers)
	}
}
