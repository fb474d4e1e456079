package settings

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestDefaultIsWhatAnEmptyFileMeans(t *testing.T) {
	s, warns, err := Parse(nil)
	if err != nil || len(warns) > 0 {
		t.Fatalf("an empty file: %v, %v", warns, err)
	}
	if got, want := strings.Join(flat(s), "\n"), strings.Join(flat(Default()), "\n"); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if w := s.Newsletter.Weekly; w.Day != time.Friday || w.Hour != 9 || w.Minute != 0 {
		t.Errorf("weekly is %v", w)
	}
	if s.Newsletter.UndoSet {
		t.Error("undo counts as set by the author")
	}
}

func TestErrorsAreTypedAndInOrder(t *testing.T) {
	s, _, err := Parse([]byte("page_size: 0\ntimezone: Nowhere/Land\nurl: x\n"))
	if s != nil {
		t.Error("there are settings in spite of mistakes")
	}
	var first *Error
	if !errors.As(err, &first) || first.Line != 1 || first.Column < 1 {
		t.Errorf("the first mistake is %+v", first)
	}
	all := Errors(err)
	if len(all) != 3 {
		t.Fatalf("%d mistakes: %v", len(all), err)
	}
	for i, e := range all {
		if e.Line != i+1 || e.Instead == "" {
			t.Errorf("mistake %d is %+v", i, e)
		}
	}
}

func TestTooLargeIsRefused(t *testing.T) {
	if _, _, err := Parse([]byte(strings.Repeat("# filler\n", MaxBytes/8))); err == nil {
		t.Error("a file over the limit was read")
	}
}

// TestDeepTextIsRefusedAtOnce holds the bound that keeps the YAML parser from
// taking the square of the depth in time.
func TestDeepTextIsRefusedAtOnce(t *testing.T) {
	for _, piece := range []string{"[", "{a: ", "- ", "? ", "a: [{b: ", "- - [", "x:\n "} {
		text := []byte(strings.Repeat(piece, (MaxBytes-1)/len(piece)))
		if _, _, err := Parse(text); err == nil {
			t.Errorf("%q, repeated, was read", piece)
		}
	}
	var deep strings.Builder
	for i := range 300 {
		deep.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	if _, _, err := Parse([]byte(deep.String())); err == nil {
		t.Error("300 steps inwards were read")
	}
}

func TestMessagesRepeatNoAddress(t *testing.T) {
	_, warns, err := Parse([]byte("author:\n  email: secret person@example.org\nnewsletter:\n  from: secret@@example.org\n  reply_to: secret@\n"))
	if len(Errors(err)) != 3 || strings.Contains(err.Error(), "secret") {
		t.Errorf("mistakes: %v, warnings: %v", err, warns)
	}
}

// TestAccentsAreReadable draws colours and checks what is derived against WCAG's formula.
func TestAccentsAreReadable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := rgb{rapid.Float64Range(0, 1).Draw(t, "r"), rapid.Float64Range(0, 1).Draw(t, "g"), rapid.Float64Range(0, 1).Draw(t, "b")}
		light, _ := parseHex(lighten(c.hex()))
		if got := contrast(light, night()); got < contrastAim {
			t.Fatalf("%s lightened to %s has contrast %.2f", c.hex(), light.hex(), got)
		}
		dark, _ := parseHex(darken(c.hex()))
		if got := contrast(dark, paper()); got < contrastText {
			t.Fatalf("%s darkened to %s has contrast %.2f", c.hex(), dark.hex(), got)
		}
	})
	if got := contrast(rgb{}, paper()); got < 20.9 || got > 21.1 {
		t.Errorf("black on white has contrast %.2f", got)
	}
}

func TestOKLCHRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, _ := parseHex(rgb{rapid.Float64Range(0, 1).Draw(t, "r"), rapid.Float64Range(0, 1).Draw(t, "g"), rapid.Float64Range(0, 1).Draw(t, "b")}.hex())
		if back := fromOKLCH(toOKLCH(c)); back.hex() != c.hex() {
			t.Fatalf("%s came back as %s", c.hex(), back.hex())
		}
	})
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"titel", "title", 1}, {"unod", "undo", 1}, {"adress", "address", 1}, {"", "nav", 3}, {"nav", "nav", 0}, {"kitten", "sitting", 3}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

// FuzzParse holds that any file is read or explained: no panic, never both
// settings and an error, every mistake with words, every value within its bounds.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "title: x", "nav:\n  - a: /b/\n", "newsletter:\n  weekly: fri 9am\n  monthly: last 09:00\n", "theme: {accent: #abc}", "a: *b", "\xef\xbb\xbftitle: |\r\n  x\r\n",
		"topics:\n- a\n- {title: b, books: yes}\n", "title: \"x", "\t", "? x", "!!binary x", "url: https://[::1]:80", "permalink: /:slug/", "<<: {a: b}", "%YAML 1.2\n---\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, _, err := Parse(text)
		if (s == nil) == (err == nil) {
			t.Fatalf("settings %v and error %v", s, err)
		}
		for _, e := range Errors(err) {
			if e.What == "" || !utf8.ValidString(e.Error()) || e.Line > strings.Count(string(text), "\n")+strings.Count(string(text), "\r")+1 {
				t.Fatalf("a mistake without sense: %+v", e)
			}
		}
		if s == nil {
			return
		}
		n := s.Newsletter
		if s.Location == nil || s.PageSize < 1 || n.Batch < 1 || n.Batch > 1000 || n.Undo < 0 || n.Undo > maxUndo || n.Monthly.Day < 1 || n.Monthly.Day > 31 ||
			n.Weekly.Hour > 23 || n.Weekly.Minute > 59 || !strings.Contains(s.Permalink, ":slug") || strings.HasSuffix(s.URL, "/") ||
			strings.ContainsAny(s.Title+s.Newsletter.From+s.Newsletter.ReplyTo, "\r\n") {
			t.Fatalf("settings out of bounds: %+v", s)
		}
	})
}
