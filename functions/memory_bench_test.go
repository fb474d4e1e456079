package functions_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/infra/infratest"
	"github.com/pennypost/pennypost/internal/post"
)

// heaviest are the files that take most memory for what they are, each at its limit,
// the n-th unlike the others.
var heaviest = map[string]func(n int) []byte{
	"photo%d.jpg":            func(n int) []byte { return flatJPEG(n, 8000, 6250, 3, false) },
	"inks%d.jpg":             func(n int) []byte { return flatJPEG(n, 8000, 6250, 4, false) },
	"progressive%d.jpg":      func(n int) []byte { return flatJPEG(n, 6000, 4000, 3, true) },
	"progressive-inks%d.jpg": func(n int) []byte { return flatJPEG(n, 6000, 4000, 4, true) },
	"text%d.md": func(n int) []byte {
		head := fmt.Sprintf("# Number %d\n\n|a|b|\n|-|-|\n", n)
		return []byte(head + strings.Repeat("|x|y|\n", (post.MaxBytes-len(head))/6))
	},
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

// flatJPEG is a photo of one colour: each block of each component is a bit or two, so
// that it has as many pixels as it may and hardly any bytes. n goes into a comment. Four
// components are inks (ITU-T T.81, annexes B, F and G).
func flatJPEG(n, w, h, components int, progressive bool) []byte {
	var b bytes.Buffer
	segment := func(marker byte, payload ...byte) {
		b.Write([]byte{0xff, marker})
		b.Write(binary.BigEndian.AppendUint16(nil, uint16(len(payload)+2)))
		b.Write(payload)
	}
	b.Write([]byte{0xff, 0xd8})
	segment(0xfe, fmt.Append(nil, n)...)
	if components == 4 {
		segment(0xee, []byte("Adobe\x00\x64\x00\x00\x00\x00\x00")...)
	}
	segment(0xdb, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...)...)
	frame := []byte{8, byte(h >> 8), byte(h), byte(w >> 8), byte(w), byte(components)}
	scan := []byte{byte(components)}
	for c := range byte(components) {
		frame = append(frame, c+1, 0x11, 0)
		scan = append(scan, c+1, 0)
	}
	marker, last, bits := byte(0xc0), byte(63), 2
	if progressive {
		marker, last, bits = 0xc2, 0, 1 // the first scan is all there is
	}
	segment(marker, frame...)
	for _, table := range []byte{0x00, 0x10} { // one code, of one bit, for "nothing follows"
		segment(0xc4, append(append([]byte{table, 1}, make([]byte, 15)...), 0)...)
	}
	segment(0xda, append(scan, 0, last, 0)...)
	b.Write(make([]byte, (w+7)/8*((h+7)/8)*components*bits/8+8))
	b.Write([]byte{0xff, 0xd9})
	return b.Bytes()
}
