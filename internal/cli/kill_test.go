package cli

import (
	"fmt"
	"slices"
	"testing"
	"time"
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
