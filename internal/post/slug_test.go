package post

import (
	"strings"
	"testing"

	"github.com/gosimple/slug"
	"pgregory.net/rapid"
)

func TestSlugify(t *testing.T) {
	long := strings.Repeat("a very long title ", 20)
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"My First Post", "my-first-post"},
		{"my-first_post", "my-first_post"},
		{"Straße & Größe", "strasse-and-grosse"},
		{"日本", "ri-ben"},
		{"C", "c"}, {"C++", "c-plus-plus"}, {"C#", "c-sharp"}, {"F#", "f-sharp"}, {"a+b", "a-b"},
		{"100% sure + more", "100-sure-more"},
		{"--x--", "x"},
		{"Привет", "privet"},
	} {
		if got := Slugify(c.in); got != c.want {
			t.Errorf("%q: %q, want %q", c.in, got, c.want)
		}
	}
	for _, s := range []string{"🎉", "%", "++", "—", "…", "\u200b"} {
		if got := Slugify(s); !strings.HasPrefix(got, "x-") || len(got) != 10 || got != Slugify(s) {
			t.Errorf("%q: %q", s, got)
		}
	}
	if name := strings.Repeat("word-", 40); Slugify(name) != strings.TrimSuffix(name, "-") {
		t.Errorf("a name of 200 letters was cut: %q", Slugify(name))
	}
	a, b := Slugify(long+"one"), Slugify(long+"two")
	if a == b || len(a) > slugLimit || len(b) > slugLimit {
		t.Errorf("%q and %q", a, b)
	}
}

func TestSlugifyProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "text")
		got := Slugify(s)
		if (got == "") != (s == "") {
			t.Fatalf("%q: %q", s, got)
		}
		if Slugify(got) != got {
			t.Fatalf("%q: %q is not its own slug but %q", s, got, Slugify(got))
		}
		if strings.Trim(got, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" || len(got) > slugLimit {
			t.Fatalf("%q: %q", s, got)
		}
		plain := rapid.StringMatching(`[A-Za-z0-9 -]{1,90}`).Draw(t, "plain")
		if quick, ok := plainSlug(plain); ok && quick != slug.Make(plain) {
			t.Fatalf("%q: %q, but in full %q", plain, quick, slug.Make(plain))
		}
	})
}
