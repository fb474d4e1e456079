package publish_test

import (
	"testing"
	"time"
)

// TestTheCDNIsClearedAtMostOnceAMinute: what is published within a minute of a clearing
// is cleared by the first tick after that, and by one of many publishers only.
func TestTheCDNIsClearedAtMostOnceAMinute(t *testing.T) {
	w := newWorld(t)
	first, second := w.publisher(), w.publisher()
	for _, name := range []string{"a", "b", "c", "d"} {
		w.put("posts/"+name+".md", "# "+name+"\n")
		w.run(first, "posts/"+name+".md")
		w.wait(5 * time.Second)
	}
	if w.cleared != 1 {
		t.Fatalf("cleared %d times in 20 seconds", w.cleared)
	}
	tick := func(want int) {
		t.Helper()
		if err := first.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := second.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
		if w.cleared != want {
			t.Fatalf("cleared %d times, want %d", w.cleared, want)
		}
	}
	w.wait(30 * time.Second)
	tick(1)
	w.wait(15 * time.Second)
	tick(2)
	w.wait(5 * time.Minute)
	tick(2) // nothing was owed
	if c := w.catalog(); c.Owed.Invalidation != 0 {
		t.Errorf("owed: %+v", c.Owed)
	}
}

// TestOverdue: what should be on the site and is not.
func TestOverdue(t *testing.T) {
	w := newWorld(t)
	p := w.publisher()
	w.put("posts/later.md", "---\ndate: "+w.now.Add(time.Hour).Format(time.RFC3339)+"\n---\n# Later\n")
	w.put("posts/now.md", "# Now\n")
	w.put("posts/draft.md", "---\ndraft: true\n---\n# Draft\n")
	w.run(p, "posts/later.md", "posts/now.md", "posts/draft.md")
	for _, step := range []struct {
		wait time.Duration
		want int
	}{{0, 0}, {65 * time.Minute, 0}, {10 * time.Minute, 1}} {
		w.wait(step.wait)
		if got := p.Overdue(10 * time.Minute); got != step.want {
			t.Errorf("%s later %d posts are overdue, want %d", step.wait, got, step.want)
		}
	}
	w.run(p)
	if got := p.Overdue(10 * time.Minute); got != 0 {
		t.Errorf("%d posts are overdue after a run", got)
	}
}
