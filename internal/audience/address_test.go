package audience

import (
	"errors"
	"net/mail"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestParseAddress(t *testing.T) {
	good := map[string]string{
		"anna@example.org":            "anna@example.org",
		"  Anna.Lee+news@Example.ORG": "Anna.Lee+news@example.org",
		"o'hara@mail.example.co.uk":   "o'hara@mail.example.co.uk",
		"grüße@bücher.example":        "grüße@xn--bcher-kva.example",
		"a@ｅｘａｍｐｌｅ.org":               "a@example.org",
		"用户@例子.测试":                    "用户@xn--fsqu00a.xn--0zwm56d",
		"1234@example.museum":         "1234@example.museum",
	}
	for in, want := range good {
		got, err := ParseAddress(in)
		if err != nil || got != want {
			t.Errorf("ParseAddress(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	bad := []string{
		"", " ", "anna", "@example.org", "anna@", "anna@example", "a b@example.org",
		"Anna <anna@example.org>", "<anna@example.org>", `"anna lee"@example.org`,
		"anna@example.org, eve@example.org", "anna@example.org;eve@example.org",
		"anna@example.org\r\nBcc: eve@example.org", "anna@example.org\nx", "an\x00na@example.org",
		"anna@[127.0.0.1]", "anna@127.0.0.1", "anna@-example.org", "anna@example-.org",
		"anna@exa_mple.org", "anna..lee@example.org", ".anna@example.org", "anna.@example.org",
		"anna@example..org", "anna(comment)@example.org", "anna@example.org(x)", "anna%eve@example.org",
		"anna@eve@example.org", "anna\u200b@example.org", "anna\u202e@example.org", "\xff@example.org",
		strings.Repeat("a", 65) + "@example.org", "a@" + strings.Repeat("b.", 130) + "org",
		"%recipient.t%@example.org", "a@example.org?x=1", "a@b.1",
	}
	for _, in := range bad {
		got, err := ParseAddress(in)
		if err == nil || !errors.Is(err, ErrAddress) {
			t.Errorf("ParseAddress(%q) = %q, %v; want a refusal", in, got, err)
		} else if in := strings.TrimSpace(in); len(in) > 15 && strings.Contains(err.Error(), in) {
			t.Errorf("the refusal of %q repeats it: %v", in, err)
		}
	}
}

func TestFold(t *testing.T) {
	same := [][2]string{
		{"Anna@example.org", "anna@EXAMPLE.org"},
		{"STRASSE@example.org", "strasse@example.org"},
		{"ａｎｎａ@example.org", "anna@example.org"},
		{"Ünal@example.org", "ünal@example.org"},
		{"u\u0308nal@example.org", "ünal@example.org"},
	}
	for _, p := range same {
		if fold(p[0]) != fold(p[1]) {
			t.Errorf("%q and %q fold to %q and %q", p[0], p[1], fold(p[0]), fold(p[1]))
		}
	}
	for _, p := range [][2]string{
		{"anna+a@example.org", "anna@example.org"}, {"a.nna@example.org", "anna@example.org"},
		{"anna@example.org", "anna@example.com"},
	} {
		if fold(p[0]) == fold(p[1]) {
			t.Errorf("%q and %q are one", p[0], p[1])
		}
	}
}

// TestFoldLetters: what was folded stays as it is, and a capital is its small letter.
func TestFoldLetters(t *testing.T) {
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		folded := fold(string(r))
		if again := fold(folded); again != folded {
			t.Errorf("%q folds to %q, and that to %q", r, folded, again)
		}
		if small := unicode.ToLower(r); fold(string(small)) != folded && unicode.ToUpper(small) == r {
			t.Errorf("%q folds to %q, and %q to %q", r, folded, small, fold(string(small)))
		}
	}
}

func TestMask(t *testing.T) {
	for in, want := range map[string]string{
		"anna@example.org": "a•••@example.org", "ü@example.org": "ü•••@example.org",
		"": "•••", "x": "•••", "@example.org": "•••@example.org",
	} {
		if got := Mask(in); got != want {
			t.Errorf("Mask(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{"anna@example.org", "grüße@bücher.example", "a\r\nb@c.de", `"x"@y.z`, "a@xn--a.de", "ﬁ@ⅷ.com", "Ꮝ@0.0A"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseAddress(s)
		if err != nil {
			return
		}
		if strings.ContainsAny(got, "\r\n\t <>\",;%") || len(got) > maxAddress || strings.Count(got, "@") != 1 {
			t.Errorf("took %q as %q", s, got)
		}
		if p, err := mail.ParseAddress(got); err != nil || p.Address != got {
			t.Errorf("took %q, which net/mail reads as %v, %v", got, p, err)
		}
		if again, err := ParseAddress(got); err != nil || again != got {
			t.Errorf("%q is parsed as %q, %v the second time", got, again, err)
		}
		if fold(fold(got)) != fold(got) {
			t.Errorf("folding %q twice gives %q, then %q", got, fold(got), fold(fold(got)))
		}
	})
}
