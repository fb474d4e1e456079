package newsletter

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
)

// minds are what the author does to a post while it is about to be mailed or on its way, and
// whether it is mailed to everybody all the same if it is not on its way yet.
var minds = map[string]struct {
	mailed bool
	do     func(p *place)
}{
	"edits it": {true, func(p *place) {
		etag := p.upload("posts/alpha.md", "---\ntitle: The gamma piece\n---\n\nOther words.\n")
		p.edit("alpha", func(e *catalog.Entry) { e.ETag, e.Title = etag, "The gamma piece" })
	}},
	"uploads another text": {true, func(p *place) {
		p.upload("posts/alpha.md", "---\ntitle: The gamma piece\n---\n\nOther words.\n")
	}},
	"makes it a draft":  {false, func(p *place) { p.edit("alpha", func(e *catalog.Entry) { e.Draft, e.Live = true, false }) }},
	"wants no mail":     {false, func(p *place) { p.edit("alpha", func(e *catalog.Entry) { e.Mailing = post.MailNone }) }},
	"wants digest only": {false, func(p *place) { p.edit("alpha", func(e *catalog.Entry) { e.Mailing = post.MailDigest }) }},
	"deletes it":        {false, func(p *place) { p.remove("alpha") }},
}

// TestTheAuthorChangesTheirMindInMidFreeze: two ticks meet, of which the second comes in
// between two requests of the first and perhaps dies after one of its writes, and the author
// does something before the second or after it. Nobody is mailed twice, all or nobody get
// it, and nothing is taken for a restored backup. All of them take minutes:
// go test -run MindInMidFreeze -timeout 0 ./internal/newsletter -crash-step 1
func TestTheAuthorChangesTheirMindInMidFreeze(t *testing.T) {
	const due = "the post is due"
	var requests, writes int64
	t.Run("one after the other", func(t *testing.T) {
		t.Run("requests", func(t *testing.T) { requests, _ = pair{due, "a tick", "a tick", 0, 0}.play(t) })
		t.Run("writes", func(t *testing.T) { _, writes = pair{due, "announcing", "a tick", 1, 0}.play(t) })
	})
	nth := 0
	for _, mind := range slices.Sorted(maps.Keys(minds)) {
		for at := range requests {
			for last := range writes + 1 {
				for _, first := range []bool{true, false} {
					if nth++; nth%(max(1, 6**crashStep-5)) != 0 {
						continue
					}
					c := pair{due, "a tick", mind, at + 1, last}
					t.Run(fmt.Sprintf("%s, first %v", c, first), func(t *testing.T) {
						p, _, _ := c.between(t, func(ctx context.Context, p *place, g *flaky) error {
							if first {
								minds[mind].do(p)
							}
							err := doings["a tick"](ctx, p.over(g))
							if !first {
								minds[mind].do(p)
							}
							return err
						})
						p.changed(minds[mind].mailed)
					})
				}
			}
		}
	}
	t.Logf("%d meetings in all", nth)
}

// TestALateLookLeavesAFreezeAlone: a run that finds the file changed does not take away the
// mark of a freeze that counts by then, even if its run died right after it did.
func TestALateLookLeavesAFreezeAlone(t *testing.T) {
	p, n := pairPlace(t)
	standpoints["the post is due"](p, n)
	looks := func(r *http.Request) bool {
		return r.Method == http.MethodHead && strings.HasSuffix(r.URL.Path, "/alpha.md")
	}
	f := &flaky{at: 1, only: looks}
	f.happens = func() {
		if err := p.over(&flaky{last: puts("/" + witnessPrefix + "post-alpha")}).Work(t.Context()); err == nil {
			t.Error("the other run did not die")
		}
		minds["uploads another text"].do(p)
	}
	p.work(p.over(f))
	p.changed(true)
}

// changed judges what became of alpha after its author changed their mind; mailed tells
// that it still must reach everybody.
func (p *place) changed(mailed bool) {
	p.t.Helper()
	n := p.engine()
	p.clock.forward(time.Minute)
	if e := p.catalog.Posts["alpha"]; e != nil { // what was uploaded is published
		o, err := p.content().Head(p.t.Context(), e.Key)
		if err != nil {
			p.t.Fatal(err)
		}
		p.edit("alpha", func(e *catalog.Entry) { e.ETag = o.ETag })
	}
	p.hours(n)
	got := map[string]int{}
	for _, d := range p.box.got {
		if d.subject == restoredTitle {
			p.t.Errorf("it passes for a restored backup:\n%s", d.text)
		}
		got[d.to]++
	}
	i := p.issue("post-alpha")
	had := 0
	for _, name := range []string{"ann", "ben", "cem"} {
		times := got[name+"@readers.example"]
		if times > 1 {
			p.t.Errorf("%s got %d mails", name, times)
		}
		had += times
	}
	if had != 0 && had != 3 || had == 0 && mailed {
		p.t.Errorf("%d of 3 got it; its issue is %s: %s", had, i.State, i.Reason)
	}
	if i.State == Held || i.State == Waiting {
		p.t.Errorf("its issue is %s: %s", i.State, i.Reason)
	}
}
