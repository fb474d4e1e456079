package post

import (
	"fmt"
	"strings"
	"testing"
)

// ordinary is a post of about 5 KB such as people write: front matter, headings,
// lists, links, a picture and a quotation.
func ordinary(i int) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: \"Post %d: of an ordinary kind\"\ndate: 2024-03-05\ndescription: What stands in it.\nimage: photo.jpg\nimage_alt: a photo\ntags: [one, two %d]\n---\n\n", i, i%50)
	for s := range 4 {
		fmt.Fprintf(&b, "## Section %d of it\n\n", s)
		for range 2 {
			b.WriteString("It was a morning of the kind that *nobody* writes about, because nothing happens in it but light -- and the light isn't anyone's doing. \"Well,\" she said, and went on to tell of [another morning](other-post.md) that was just the same, with the difference that it rained. So the street was **wet**, and the stones shone, and the baker's boy slid on them with his basket and fell, and rolls went everywhere under the feet of people who had not had breakfast.\n\n")
		}
		b.WriteString("- **First**, the [shop](https://example.com/shop) opens at eight\n- Second, it shuts\n\n> Somebody said this.\n\n")
	}
	b.WriteString("![A street](street.jpg \"The street\")\n")
	return []byte(b.String())
}

func BenchmarkParse(b *testing.B) {
	src := ordinary(1)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse("posts/a.md", src, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHTML(b *testing.B) {
	src := ordinary(1)
	p, err := Parse("posts/a.md", src, Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		p.HTML(shelf{})
	}
}

// BenchmarkArchive parses and renders 10,000 ordinary posts; cpu-ms is the time of
// the processor, whatever else the machine does.
func BenchmarkArchive(b *testing.B) {
	sources := make([][]byte, 100)
	for i := range sources {
		sources[i] = ordinary(i)
	}
	began := cpuTime()
	for b.Loop() {
		for i := range 10_000 {
			p, err := Parse("posts/a.md", sources[i%100], Options{})
			if err != nil {
				b.Fatal(err)
			}
			p.HTML(shelf{})
		}
	}
	b.ReportMetric(float64((cpuTime()-began).Milliseconds())/float64(b.N), "cpu-ms/op")
}
