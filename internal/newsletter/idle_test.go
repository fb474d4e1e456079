package newsletter

import (
	"fmt"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/catalog"
)

// Once there is nothing to do, also nothing to tell the author, a tick costs one request,
// whether there is anybody to tell or not.
func TestAnIdleTickCostsOneRequest(t *testing.T) {
	for name, author := range map[string]string{"an author with an address": "author:\n  email: ada@home.example\n", "nobody to tell": ""} {
		t.Run(name, func(t *testing.T) { idles(t, author) })
	}
}

func idles(t *testing.T, author string) {
	p := newPlace(t)
	p.settings = author + p.settings
	p.save()
	p.subscribe("ann", audience.Each)
	f := &flaky{}
	n := p.over(f, noUndo)
	p.ticks(n)
	p.write("alpha")
	p.announce(n, "alpha")
	p.ticks(n)
	if author == "" {
		p.mails("ann: alpha")
		p.clock.forward(unaddressedFor + time.Minute) // so long an address may still come
		p.ticks(n)
	} else {
		p.mails("ada: alpha", "ann: alpha")
	}
	before := f.count.Load()
	p.work(n)
	if cost := f.count.Load() - before; cost != 1 {
		t.Errorf("an idle tick of sending costs %d requests", cost)
	}
	before = f.count.Load()
	if err := n.OpenDigests(t.Context()); err != nil {
		t.Fatal(err)
	}
	if cost := f.count.Load() - before; cost != 2 {
		t.Errorf("an idle tick of the digests costs %d requests", cost)
	}
}

// TestASyncOfOldPostsMailsNobody: hundreds of old posts are announced with one
// change of the outbox, and cost nothing while they are held.
func TestASyncOfOldPostsMailsNobody(t *testing.T) {
	p := newPlace(t)
	p.subscribe("ann", audience.Each)
	p.subscribe("bob", audience.Weekly)
	f := &flaky{}
	n := p.over(f, noUndo)
	p.ticks(n)
	const posts = 200
	var ids []string
	for k := range posts {
		ids = append(ids, fmt.Sprintf("old%d", k))
		p.catalog.Sequence++
		p.catalog.Posts[ids[k]] = &catalog.Entry{
			ID: ids[k], Key: "posts/" + ids[k] + ".md", Live: true, Late: true, Seq: p.catalog.Sequence,
			GoLive: monday.AddDate(-1, 0, k), First: monday, Path: "/blog/" + ids[k] + "/",
		}
		p.catalog.Posts[ids[k]].Kind = "article"
	}
	p.save()
	before := f.count.Load()
	p.announce(n, ids...)
	if cost := f.count.Load() - before; cost > 2*posts+5 {
		t.Errorf("announcing %d posts cost %d requests", posts, cost)
	}
	p.ticks(n)
	p.clock.forward(unaddressedFor + time.Minute)
	p.ticks(n)
	before = f.count.Load()
	p.work(n)
	if cost := f.count.Load() - before; cost > 1 {
		t.Errorf("a tick with %d held posts costs %d requests", posts, cost)
	}
	for range 9 {
		p.clock.forward(24 * time.Hour)
		p.ticks(n)
	}
	p.mails()
}
