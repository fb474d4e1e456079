package cli

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/store/storetest"
)

// Killed again and again while posts are published and mailed, it ends where an
// undisturbed run ends: the same site byte for byte, and the same mails once each.
func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	now := []string{"--now", "2026-11-27T08:00:00Z"}
	files := map[string]string{
		"posts/site.yaml":  "title: Kill\nurl: https://kill.example\n",
		"posts/one.md":     "---\ndate: 2026-11-27\ntags: [a]\n---\n# One\n\nTo [two](two.md).\n",
		"posts/two.md":     "---\ndate: 2026-11-26\n---\n# Two\n\nTo [three](three.md).\n",
		"posts/three.md":   "---\ndate: 2026-11-25 20:00\ntags: [a, b]\n---\n# Book Review: Three by Tre\n",
		"posts/ancient.md": "---\ndate: 2019-01-02\n---\n# Ancient\n",
	}
	order := []string{"posts/site.yaml", "posts/one.md", "posts/two.md", "posts/three.md", "posts/ancient.md"}
	calm, rough := launch(t, now...), launch(t, now...)
	for _, key := range order {
		calm.put(key, files[key])
	}
	for i, key := range order {
		rough.put(key, files[key])
		for round := range 2 {
			// From right after the upload to well into the sending, measured from the
			// start so that each kill falls elsewhere.
			time.Sleep(time.Duration(i*2+round) * 70 * time.Millisecond)
			rough.kill()
			rough.start()
		}
	}
	for _, p := range []*process{calm, rough} {
		for _, key := range order[1:4] {
			p.receipt(key, "Published", "mailed at")
		}
		p.receipt("posts/ancient.md", "Published", "held until you release it")
		p.settle()
	}
	same(t, rough.bucket("site"), calm.bucket("site"))
	if got, want := rough.subjects(), calm.subjects(); !slices.Equal(got, want) || len(want) != 3 {
		t.Errorf("mailed %s, want %s", fmt.Sprint(got), fmt.Sprint(want))
	}
}

// TestKilledUnderLoad kills it again and again while the real aws command uploads a
// folder over and over, changed each time. Whatever aws was told was taken is on the
// site in the end, nothing else is, and nobody was mailed twice.
func TestKilledUnderLoad(t *testing.T) {
	t.Parallel()
	p := launch(t, "--now", "2026-11-27T08:00:00Z")
	folder := t.TempDir()
	aws := storetest.AWS(t, "http://"+p.s3, folder)
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("site.yaml", "title: Load\nurl: https://load.example\nnewsletter:\n  max_per_hour: 1000\n")
	change := func(round int) {
		for i := range 6 {
			write(fmt.Sprintf("post-%d.md", i), fmt.Sprintf("---\ntitle: Post %d\ndate: 2026-11-27\ntags: [r%d]\n---\nRound %[2]d. %s\n", i, round, strings.Repeat("word ", 100*round+i)))
		}
		write("passing.md", fmt.Sprintf("---\nemail: none\n---\n# Passing %d\n", round))
	}
	const rounds = 3
	for round := range rounds {
		change(round)
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = aws("s3", "sync", ".", "s3://content/posts/") // cut off somewhere
			_, _ = aws("s3", "rm", "s3://content/posts/passing.md")
		}()
		time.Sleep(time.Duration(500+350*round) * time.Millisecond) // aws itself takes half a second to start
		p.kill()
		<-done
		p.start()
	}
	for _, command := range [][]string{{"s3", "sync", ".", "s3://content/posts/"}, {"s3", "rm", "s3://content/posts/passing.md"}} {
		if out, err := aws(command...); err != nil {
			t.Fatalf("aws %s: %v\n%s", command, err, out)
		}
	}
	var want []string
	for i := range 6 {
		p.shows(fmt.Sprintf("/blog/post-%d/", i), fmt.Sprintf("Round %d.", rounds-1))
		p.receipt(fmt.Sprintf("posts/post-%d.md", i), "Published", "mailed at")
		want = append(want, fmt.Sprintf("each@demo.example: Post %d", i))
	}
	p.receipt("posts/passing.md", "Removed")
	p.settle()
	if got := p.subjects(); !slices.Equal(got, want) {
		t.Errorf("mailed %q, want %q", got, want)
	}
	var out, errs bytes.Buffer
	verify := exec.Command(os.Args[0], "verify", "--data", p.data)
	verify.Env = append(os.Environ(), asCommand+"=1")
	verify.Stdout, verify.Stderr = &out, &errs
	if err := verify.Run(); err != nil {
		t.Errorf("verify: %v\n%s%s", err, &out, &errs)
	}
}
