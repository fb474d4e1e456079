package theme

import (
	"io"
	"testing"
)

// BenchmarkArticle writes a long post; 10,000 are to take well below 1.5 s.
func BenchmarkArticle(b *testing.B) {
	th := sampleTheme(b)
	v := sampleArticle(b)
	for b.Loop() {
		if err := th.Article(io.Discard, v); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkListing writes an index page of ten posts.
func BenchmarkListing(b *testing.B) {
	th := sampleTheme(b)
	v := sampleListing()
	v.Cards = append(v.Cards, v.Cards[:4]...)
	for b.Loop() {
		if err := th.Listing(io.Discard, v); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkNew makes a theme, which every start of a function does.
func BenchmarkNew(b *testing.B) {
	s := sampleSettings()
	for b.Loop() {
		if _, err := New(s); err != nil {
			b.Fatal(err)
		}
	}
}
