package newsletter

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/receipt"
	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

// clockwork is a clock that stands still until it is moved.
type clockwork struct{ unix atomic.Int64 }

func (c *clockwork) now() time.Time          { return time.Unix(0, c.unix.Load()).UTC() }
func (c *clockwork) set(t time.Time)         { c.unix.Store(t.UnixNano()) }
func (c *clockwork) forward(d time.Duration) { c.unix.Add(int64(d)) }

// monday is when most tests begin: Monday 23 November 2026, 14:00 in Berlin.
var monday = time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)

// place is a whole small newsletter: buckets on a real S3 server, an audience, a
// catalog written by hand, and a Mailgun that remembers.
type place struct {
	t        testing.TB
	client   *s3.Client
	clock    *clockwork
	box      *mailbox
	settings string
	catalog  *catalog.Catalog
	etag     string
	said     []string
	mu       sync.Mutex // guards said
}

func newPlace(t testing.TB) *place {
	t.Helper()
	if t, ok := t.(*testing.T); ok {
		t.Parallel() // most of the time goes into waiting for the disk
	}
	p := &place{t: t, client: storetest.Server(t), clock: &clockwork{}, box: newMailbox()}
	p.clock.set(monday)
	p.box.now = p.clock.now
	p.catalog = catalog.New("secret")
	p.settings = "title: Notes\ntimezone: Europe/Berlin\nnewsletter:\n  address: 1 Mill Lane, Little Sutton\n"
	p.save()
	return p
}

func (p *place) state() *store.Bucket   { return store.New(p.client, "state") }
func (p *place) content() *store.Bucket { return store.New(p.client, "content") }
func (p *place) people() *audience.Audience {
	return audience.Open(audience.Options{State: p.state(), Now: p.clock.now, Rand: rand.Reader})
}

// annAlone is a place with one subscriber, to each post.
func annAlone(t *testing.T) (*place, *Newsletter) {
	t.Helper()
	p := newPlace(t)
	p.subscribe("ann", audience.Each)
	return p, p.engine()
}

// annAndBob is a place with her and one to the weekly digest, in its first week.
func annAndBob(t *testing.T) (*place, *Newsletter) {
	t.Helper()
	p, n := annAlone(t)
	p.subscribe("bob", audience.Weekly)
	p.ticks(n)
	return p, n
}

// engine is a fresh run over the place, as after a restart.
func (p *place) engine(change ...func(*Options)) *Newsletter {
	p.t.Helper()
	o := Options{
		State: p.state(), Content: p.content(), Audience: p.people(), Sender: p.box, Events: p.box,
		Now: p.clock.now, Rand: rand.Reader, SiteURL: "https://notes.example", Domain: "mg.notes.example",
		Undo: 10 * time.Minute, Settle: 30 * time.Minute, Deadline: time.Minute,
		Say: func(line string) { p.mu.Lock(); p.said = append(p.said, line); p.mu.Unlock() },
	}
	for _, c := range change {
		c(&o)
	}
	n, err := New(o)
	if err != nil {
		p.t.Fatal(err)
	}
	return n
}

// save writes the catalog.
func (p *place) save() {
	p.t.Helper()
	p.catalog.Settings = p.settings
	p.catalog.Generation++
	body, err := p.catalog.Encode()
	if err != nil {
		p.t.Fatal(err)
	}
	ctx := p.t.Context()
	if p.etag == "" {
		p.etag, err = p.state().Create(ctx, catalog.Key, body, store.Header{})
	} else {
		p.etag, err = p.state().Replace(ctx, catalog.Key, body, store.Header{}, p.etag)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// upload writes an object of the content bucket whatever is there.
func (p *place) upload(key, body string) (etag string) {
	p.t.Helper()
	ctx := p.t.Context()
	o, err := p.content().Head(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		etag, err = p.content().Create(ctx, key, []byte(body), store.Header{})
	} else if err == nil {
		etag, err = p.content().Replace(ctx, key, []byte(body), store.Header{}, o.ETag)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return etag
}

// write publishes a post as the publish function would have: source, catalog entry.
// Its title is unlike any other's, so that it can be found in mails.
func (p *place) write(id string, change ...func(*catalog.Entry)) *catalog.Entry {
	p.t.Helper()
	key := "posts/" + id + ".md"
	title := "The " + id + " piece"
	body := "---\ntitle: " + title + "\n---\n\nWords of " + id + ".\n"
	sum := sha256.Sum256([]byte(body))
	now := p.clock.now()
	p.catalog.Sequence++
	e := &catalog.Entry{
		ID: id, Key: key, ETag: p.upload(key, body), First: now, GoLive: now, Seq: p.catalog.Sequence, Live: true,
		Path: "/blog/" + id + "/",
		Meta: post.Meta{Kind: post.Article, Title: title, Slug: id, Hash: hex.EncodeToString(sum[:]), Words: 3},
	}
	for _, c := range change {
		c(e)
	}
	p.catalog = p.catalog.Clone()
	p.catalog.Posts[id] = e
	p.catalog.Files[key] = &catalog.File{ETag: e.ETag, Post: id, Hash: e.Hash, Uploaded: now}
	p.save()
	return e
}

// edit changes a post's entry.
func (p *place) edit(id string, change func(*catalog.Entry)) {
	p.t.Helper()
	p.catalog = p.catalog.Clone()
	e := *p.catalog.Posts[id]
	change(&e)
	p.catalog.Posts[id] = &e
	p.save()
}

// subscribe adds somebody and returns their uid.
func (p *place) subscribe(name string, c audience.Cadence, topics ...string) string {
	p.t.Helper()
	ask := audience.Ask{Address: name + "@readers.example", Cadence: c, Topics: topics, At: p.clock.now(), Consent: audience.Consent{Source: "test"}}
	s, err := p.people().Confirm(p.t.Context(), ask)
	if err != nil {
		p.t.Fatal(err)
	}
	return s.UID
}

// announce opens the posts' issues.
func (p *place) announce(n *Newsletter, ids ...string) {
	p.t.Helper()
	if err := n.AnnounceAll(p.t.Context(), ids); err != nil {
		p.t.Fatal(err)
	}
}

// work is a tick.
func (p *place) work(n *Newsletter) {
	p.t.Helper()
	if err := n.Work(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
}

// ticks opens digests and works, as often as it takes for nothing to be left to do
// at this moment.
func (p *place) ticks(n *Newsletter) {
	p.t.Helper()
	for range 6 {
		if err := n.OpenDigests(p.t.Context()); err != nil {
			p.t.Fatal(err)
		}
		p.work(n)
	}
}

// hours lets two hours go by, with a few ticks in them.
func (p *place) hours(n *Newsletter) {
	p.t.Helper()
	for range 5 {
		p.clock.forward(25 * time.Minute)
		p.ticks(n)
	}
}

// mailLines are the lines about mail in a post's receipt.
func (p *place) mailLines(id string) []string {
	p.t.Helper()
	return receipt.Mail([]byte(p.read("receipts/posts/" + id + ".md.txt")))
}

func (p *place) issue(id string) *Issue {
	p.t.Helper()
	i, err := p.engine().loadIssue(p.t.Context(), id)
	if err != nil {
		p.t.Fatalf("%s: %v", id, err)
	}
	return i
}

// expects compares the mail lines of a post's receipt.
func (p *place) expects(n *Newsletter, id string, want ...string) {
	p.t.Helper()
	got, err := n.Expect(p.t.Context(), p.catalog, p.catalog.Posts[id])
	if err != nil {
		p.t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		p.t.Errorf("the receipt of %s says\n  %s\nwant\n  %s", id, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// mails compares who got what so far: "name: subject-id subject-id".
func (p *place) mails(want ...string) {
	p.t.Helper()
	if got := p.box.summary(); !slices.Equal(got, want) {
		p.t.Errorf("mailed\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// read gets an object of the content bucket.
func (p *place) read(key string) string {
	p.t.Helper()
	_, body, err := p.content().Get(p.t.Context(), key, store.Cond{})
	if err != nil {
		p.t.Fatal(err)
	}
	return string(body)
}

// debug shows the state of everything when a test fails.
func (p *place) debug() string {
	var b strings.Builder
	for _, prefix := range []string{"outbox.json", "issues/", frozenPrefix, "sending.json"} {
		objects, _, _ := p.state().List(context.Background(), prefix, "", 0)
		for _, o := range objects {
			if _, body, err := p.state().Get(context.Background(), o.Key, store.Cond{}); err == nil && len(body) < 1500 {
				fmt.Fprintf(&b, "%s\n  %s\n", o.Key, body)
			}
		}
	}
	return b.String()
}
