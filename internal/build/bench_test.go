package build_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// BenchmarkBuild builds a site of ten thousand posts with pennypost and, where hugo is
// on PATH, with Hugo, one after the other on the same posts, and reports our share of
// its time and memory. Both make post pages with neighbours and structured data,
// paged listings by date and by tag, a feed and a sitemap, and highlight code.
func BenchmarkBuild(b *testing.B) {
	dir := b.TempDir()
	bin := filepath.Join(dir, "pennypost")
	if out, err := exec.Command("go", "build", "-o", bin, "../..").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	posts := filepath.Join(dir, "site", "content", "posts")
	writePosts(b, posts, 10_000)
	hugo, _ := exec.LookPath("hugo")
	if hugo != "" {
		if err := os.CopyFS(filepath.Join(dir, "site"), os.DirFS("testdata/hugo")); err != nil {
			b.Fatal(err)
		}
	}
	var ours, again, theirs usage
	n := 0
	for b.Loop() {
		out := filepath.Join(dir, fmt.Sprint("out", n))
		ours.add(run(b, "", bin, "build", "--dir", posts, "--out", out, "--url", "https://blog.example"))
		again.add(run(b, "", bin, "build", "--dir", posts, "--out", out, "--url", "https://blog.example"))
		if hugo != "" {
			theirs.add(run(b, filepath.Join(dir, "site"), hugo, "--quiet", "--destination", filepath.Join(dir, fmt.Sprint("hugo", n))))
		}
		n++
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ours.wall.Seconds()/float64(n), "s")
	b.ReportMetric(ours.cpu.Seconds()/float64(n), "cpu-s")
	b.ReportMetric(float64(ours.peak)/1024, "peak-MB")
	b.ReportMetric(again.wall.Seconds()/float64(n), "s-unchanged")
	if hugo == "" {
		b.Log("hugo is not on PATH: nothing to compare with")
		return
	}
	b.ReportMetric(theirs.wall.Seconds()/float64(n), "hugo-s")
	b.ReportMetric(float64(theirs.peak)/1024, "hugo-peak-MB")
	b.ReportMetric(ours.wall.Seconds()/theirs.wall.Seconds(), "time-ratio")
	b.ReportMetric(float64(ours.peak)/float64(theirs.peak), "memory-ratio")
}

// usage is what processes took: time on the clock and on the processors, and the
// largest resident set in KB.
type usage struct {
	wall, cpu time.Duration
	peak      int64
}

func (u *usage) add(v usage) {
	u.wall += v.wall
	u.cpu += v.cpu
	u.peak = max(u.peak, v.peak)
}

func run(b *testing.B, dir, name string, args ...string) usage {
	b.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	started := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.Fatalf("%s: %v: %.2000s", name, err, out)
	}
	u := usage{wall: time.Since(started), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if r, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		u.peak = r.Maxrss
	}
	return u
}

// writePosts makes ordinary posts: headings, paragraphs, lists, links, now and then
// some code and a table. The same seed makes the same posts.
func writePosts(b *testing.B, dir string, n int) {
	b.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("the a quick morning garden letter paper binding thread needle press board cloth leather glue window light hand book page margin title river winter stove kettle bread field road lamp quiet work table chair")
	sentence := func() string {
		var s []string
		for range 6 + rng.IntN(12) {
			s = append(s, words[rng.IntN(len(words))])
		}
		text := strings.Join(s, " ") + "."
		return strings.ToUpper(text[:1]) + text[1:]
	}
	paragraph := func() string {
		var s []string
		for range 3 + rng.IntN(3) {
			s = append(s, sentence())
		}
		return strings.Join(s, " ") + "\n\n"
	}
	for i := range n {
		var t strings.Builder
		fmt.Fprintf(&t, "---\ntitle: \"Post %d about %s\"\ndate: %d-%02d-%02d\ntags: [%s, %s]\ndescription: %s\n---\n\n",
			i, words[i%len(words)], 2004+i%20, 1+i/20%12, 1+i/240%28, words[i%7], words[7+i%20], sentence())
		for section := range 3 {
			fmt.Fprintf(&t, "## %s\n\n%s%s", sentence(), paragraph(), paragraph())
			fmt.Fprintf(&t, "See [another post](https://elsewhere.example/%d), **bold words** and *others*.\n\n", i)
			for range 4 {
				fmt.Fprintf(&t, "- %s\n", sentence())
			}
			t.WriteString("\n")
			if section == 1 && i%5 == 0 {
				t.WriteString("```go\nfunc main() {\n\tfmt.Println(\"hello\", 42)\n}\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n")
			}
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("post-%05d.md", i)), []byte(t.String()), 0o644); err != nil {
			b.Fatal(err)
		}
	}
}
