package audience

import (
	"fmt"
	"sync"
	"testing"
)

// Sixty-four writers put in ten thousand subscribers, each of them twice and by
// different writers: none is lost, none doubled.
func TestManyWriters(t *testing.T) {
	const writers = 64
	subscribers := 10_000
	if testing.Short() {
		subscribers = 1000
	}
	bucket, c := newBucket(t), newClock()
	var wg sync.WaitGroup
	for w := range writers {
		a := Open(Options{State: bucket, Now: c.now}) // each a program of its own
		wg.Go(func() {
			for i := w; i < subscribers; i += writers / 2 {
				address := fmt.Sprintf("reader%d@example.org", i)
				if w%2 == 1 {
					address = fmt.Sprintf("Reader%d@EXAMPLE.org", i)
				}
				if _, err := a.Confirm(t.Context(), ask(c, address, Cadences[i%3])); err != nil {
					t.Errorf("writer %d: %v", w, err)
					return
				}
			}
		})
	}
	wg.Wait()
	seen := map[string]int{}
	a := Open(Options{State: bucket, Now: c.now})
	for records, err := range a.Shards(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range records {
			seen[fold(s.Email)]++
		}
	}
	for i := range subscribers {
		if n := seen[fmt.Sprintf("reader%d@example.org", i)]; n != 1 {
			t.Errorf("subscriber %d is there %d times", i, n)
		}
	}
	if len(seen) != subscribers {
		t.Errorf("%d subscribers", len(seen))
	}
}

// Writers that meet at one record: every change is in the end state.
func TestManyWritersAtOneRecord(t *testing.T) {
	a, c := newAudience(t)
	s := confirm(t, a, ask(c, "anna@example.org", Each))
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			_, err := a.Update(t.Context(), s.UID, func(s *Subscriber) error {
				s.Name += fmt.Sprintf("%x", i)
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	got, err := a.ByUID(t.Context(), s.UID)
	if err != nil || len(got.Name) != 12 {
		t.Errorf("twelve letters were added, there are %q, %v", got.Name, err)
	}
}
