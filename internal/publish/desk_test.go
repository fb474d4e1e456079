package publish

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/pennypost/pennypost/internal/post"
)

// TestTheDeskBounds: what is in work is bounded by what it weighs and not by how much of
// it there is; nothing is too heavy ever to be done.
func TestTheDeskBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk()
		const text = textWeight * post.MaxBytes
		// must is for what finds room, waits for what does not.
		must := func(leave func(), err error) func() {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			return leave
		}
		waits := func(what string, take func(context.Context) (func(), error)) {
			t.Helper()
			ctx, giveUp := context.WithCancel(t.Context())
			answered := false
			go func() {
				if leave, err := take(ctx); err == nil {
					answered = true
					leave()
				}
			}()
			synctest.Wait()
			giveUp()
			synctest.Wait()
			if answered {
				t.Errorf("there is room for %s", what)
			}
		}
		aText := func(ctx context.Context) (func(), error) { return d.takeText(ctx, post.MaxBytes) }
		heavy := func(n int64) func(context.Context) (func(), error) {
			return func(ctx context.Context) (func(), error) { return d.take(ctx, n) }
		}

		first := must(aText(t.Context()))
		waits("two of the largest texts", aText)
		waits("a text and a picture that are too heavy together", heavy(deskBytes-text+1))
		picture := must(d.take(t.Context(), deskBytes-text))
		waits("anything when it is full", heavy(0))
		first()
		must(aText(t.Context()))()
		picture()
		all := must(d.take(t.Context(), 10*deskBytes))
		waits("anything beside what has it alone", heavy(0))
		all()
		for range 20 { // ordinary texts do not wait for each other
			defer must(d.takeText(t.Context(), 20<<10))()
		}
	})
}
