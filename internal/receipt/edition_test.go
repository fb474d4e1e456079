package receipt

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

func TestEdition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawReceipt(t)
		text, n := r.Text(), rapid.IntRange(1, 999_999).Draw(t, "n")
		if r.At.IsZero() {
			return
		}
		first := WithEdition(text, 1)
		got := WithEdition(first, n)
		if Edition(text) != 0 || Edition(first) != 1 || Edition(got) != n {
			t.Fatalf("editions %d, %d, %d of:\n%s", Edition(text), Edition(first), Edition(got), got)
		}
		if !bytes.Equal(WithEdition(text, n), got) || len(got) < len(text) {
			t.Fatalf("it makes a difference that there was an edition before:\n%s", got)
		}
		if other := WithMail(got, []string{"To all."}); Edition(other) != n {
			t.Fatalf("another word about the mail makes it edition %d:\n%s", Edition(other), other)
		}
	})
}

func TestNoEditionOfWhatIsNoReceipt(t *testing.T) {
	for _, text := range []string{"", "\n", "x", "When", "When\n  now\n", "x\n\nWhen\n", "Published.\n\nMail\n  - x\n"} {
		if got := WithEdition([]byte(text), 2); string(got) != text || Edition(got) != 0 {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

func FuzzEdition(f *testing.F) {
	f.Add([]byte("Published.\n\nWhen\n  now, edition 12\n"), 3)
	f.Add([]byte("\n\nWhen\n, edition 999999999\n"), 0)
	f.Fuzz(func(t *testing.T, text []byte, n int) {
		n = max(0, n%1_000_000_000)
		got := WithEdition(text, n)
		if !bytes.Equal(got, text) && Edition(got) != n {
			t.Fatalf("edition %d is read as %d of:\n%s", n, Edition(got), got)
		}
	})
}
