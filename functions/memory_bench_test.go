package functions_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/infra/infratest"
	"github.com/pennypost/pennypost/internal/picture/picturetest"
	"github.com/pennypost/pennypost/internal/post"
)

// heaviest are the files that take most memory for what they are, each at its limit,
// the n-th unlike the others.
var heaviest = map[string]func(n int) []byte{
	"photo%d.jpg":            flat(picturetest.Flat{Width: 8000, Height: 6250, Components: 3}),
	"inks%d.jpg":             flat(picturetest.Flat{Width: 8000, Height: 6250, Components: 4, Adobe: true}),
	"progressive%d.jpg":      flat(picturetest.Flat{Width: 6000, Height: 4000, Components: 3, Progressive: true}),
	"progressive-inks%d.jpg": flat(picturetest.Flat{Width: 6000, Height: 4000, Components: 4, Adobe: true, Progressive: true}),
	"text%d.md": func(n int) []byte {
		head := fmt.Sprintf("# Number %d\n\n|a|b|\n|-|-|\n", n)
		return []byte(head + strings.Repeat("|x|y|\n", (post.MaxBytes-len(head))/6))
	},
}

func flat(f picturetest.Flat) func(n int) []byte {
	return func(n int) []byte {
		f.Comment = fmt.Sprint(n)
		return f.JPEG()
	}
}

// BenchmarkPublishMemory gives the publish function, as it is shipped, the heaviest
// files at once: one of each kind, and six. peak-MB is the most that the process ever
// held, ratio what six take compared with one. More than the function has is a failure.
func BenchmarkPublishMemory(b *testing.B) {
	template, err := infratest.Read("../template.yaml")
	if err != nil {
		b.Fatal(err)
	}
	var has float64
	if _, err := fmt.Sscan(template.Text(template.At("Resources", "PublishFunction", "Properties", "MemorySize")), &has); err != nil {
		b.Fatal(err)
	}
	program := build(b)
	var one, six float64
	for b.Loop() {
		one, six = max(one, peakOf(b, program, 1)), max(six, peakOf(b, program, 6))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(one, "peak-MB-of-1")
	b.ReportMetric(six, "peak-MB-of-6")
	b.ReportMetric(six/one, "ratio")
	if six > has {
		b.Errorf("%.0f MB, and the function has %.0f", six, has)
	}
}

// peakOf publishes n of each of the heaviest files and says how much memory the
// function had at most, in MB.
func peakOf(b *testing.B, program string, n int) float64 {
	b.Helper()
	s := newSeason(b)
	var messages, keys []string
	for name, body := range heaviest {
		for i := range n {
			key := "posts/" + fmt.Sprintf(name, i)
			s.put(key, body(i))
			keys = append(keys, key)
			if picture, is := strings.CutSuffix(key, ".jpg"); is { // it is made for who shows it
				s.put(picture+".md", fmt.Appendf(nil, "![It](%s)\n", fmt.Sprintf(name, i)))
				keys = append(keys, picture+".md")
			}
		}
	}
	for _, key := range keys {
		messages = append(messages, created(key))
	}
	p := launch(b, program, "publish", s.aws)
	a := p.invoke(queued(messages...), 10*time.Minute) // memory is asked about, not time
	if a.failed || strings.Contains(a.body, "itemIdentifier") {
		b.Fatalf("it fails: %s", a.body)
	}
	for _, key := range keys {
		if text := s.read("content", "receipts/"+key+".txt"); !strings.HasPrefix(text, "Published") {
			b.Fatalf("%s: %s", key, text)
		}
	}
	_, most, ok := p.memory()
	if !ok {
		b.Skip("this system does not tell how much memory a process has")
	}
	_ = p.cmd.Process.Kill()
	return most
}
