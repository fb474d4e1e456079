package catalog

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pennypost/pennypost/internal/post"
)

func TestEncodeRoundTrip(t *testing.T) {
	s := newStory()
	for _, line := range [][]string{
		{"put", "posts/a.md", "x"}, {"put", "posts/b.md", "x"}, {"put", "posts/c.md", "y", "date=2027-01-01T00:00:00Z"}, {"settle"}, {"rm", "posts/a.md"}, {"settle"},
	} {
		if err := s.play(line); err != nil {
			t.Fatal(err)
		}
	}
	s.c.Pending["index.html"] = Pending{Digest: "d", Nonce: "n", Fails: 2}
	s.c.Owed.Announce["p"] = 7
	packed, err := s.c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	back, err := Decode(packed)
	if err != nil {
		t.Fatal(err)
	}
	again, err := back.Encode()
	if err != nil || !bytes.Equal(packed, again) {
		t.Fatalf("encoding what was decoded gives other bytes (%v)", err)
	}
	if !reflect.DeepEqual(back.Posts, s.c.Posts) {
		t.Error("posts differ after a round trip")
	}
}

func TestDecodeRefusesNewer(t *testing.T) {
	c := New("s")
	c.Version = Version + 1
	packed, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Decode(packed); !errors.Is(err, ErrNewer) {
		t.Fatalf("got %v, want ErrNewer", err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, c := range []*Catalog{New("s"), newStoryCatalog()} {
		packed, err := c.Encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(packed)
		f.Add(packed[:len(packed)/2])
	}
	f.Fuzz(func(t *testing.T, packed []byte) {
		c, err := Decode(packed)
		if err != nil {
			return
		}
		c.Settle(time.Unix(0, 0), testRules)
		if _, err := c.Encode(); err != nil {
			t.Fatal(err)
		}
	})
}

func newStoryCatalog() *Catalog {
	s := newStory()
	_ = s.put("posts/a.md", "x", nil)
	_ = s.put("posts/b.md", "x", nil)
	s.c.Settle(s.now, testRules)
	return s.c
}

// TestOrderDoesNotMatter: whatever the order in which the same present state is
// seen, the same keys are published at the same paths.
func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "files")
		var uploads []Seen
		for i := range n {
			slug := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "slug")
			uploads = append(uploads, Seen{
				Key: fmt.Sprintf("posts/%d.md", i), ETag: fmt.Sprint(i), Hash: fmt.Sprint("h", i),
				Uploaded: time.Unix(int64(rapid.IntRange(0, 3).Draw(t, "hour"))*3600, 0).UTC(),
				Post:     &post.Meta{Kind: post.Article, Slug: slug, Hash: fmt.Sprint("h", i)},
			})
		}
		paths := func(order []Seen) map[string]string {
			c := New("s")
			for _, s := range order {
				c.See(s, time.Unix(99999, 0))
			}
			c.Settle(time.Unix(99999, 0), testRules)
			out := map[string]string{}
			for _, e := range c.Posts {
				out[e.Key] = e.Path
			}
			return out
		}
		a := paths(uploads)
		b := paths(rapid.Permutation(slices.Clone(uploads)).Draw(t, "order"))
		if !maps.Equal(a, b) {
			t.Fatalf("%v\n%v", a, b)
		}
	})
}

// TestSeeTwice: seeing and settling the same again changes nothing.
func TestSeeTwice(t *testing.T) {
	s := newStory()
	for _, line := range [][]string{{"put", "posts/a.md", "x"}, {"put", "posts/b.md", "y", "slug=a"}, {"settle"}} {
		if err := s.play(line); err != nil {
			t.Fatal(err)
		}
	}
	before, _ := s.c.Encode()
	again := s.c.Clone()
	for key, f := range s.c.Files {
		m := s.c.ByKey(key).Meta
		again.See(Seen{Key: key, ETag: f.ETag, Uploaded: f.Uploaded.Add(time.Hour), Hash: f.Hash, Post: &m}, s.now)
	}
	again.Settle(s.now.Add(time.Hour), testRules)
	after, _ := again.Encode()
	if !bytes.Equal(before, after) {
		t.Error("seeing the same twice changed the catalog")
	}
}

// TestReconcile: applying what is pending leaves nothing pending, whatever was there before.
func TestReconcile(t *testing.T) {
	keys := []string{"a", "b", "media/c", "d"}
	kept := func(key string) bool { return key == "media/c" }
	never := func(string) bool { return false }
	rapid.Check(t, func(t *rapid.T) {
		c := New("s")
		want := map[string]string{}
		digest := rapid.SampledFrom([]string{"", "1", "2"})
		for _, key := range keys {
			if d := digest.Draw(t, "want"); d != "" {
				want[key] = d
			}
			if d := digest.Draw(t, "have"); d != "" {
				c.Outputs[key] = Output{Digest: d}
			}
			if rapid.Bool().Draw(t, "pending") {
				c.Pending[key] = Pending{Digest: digest.Draw(t, "pending digest"), Nonce: "old"}
			}
		}
		before := maps.Clone(c.Pending)
		fixed := never
		if rapid.Bool().Draw(t, "cannot be made") {
			fixed = func(key string) bool { return key == "d" }
		}
		if n := c.Reconcile(want, kept, fixed, "new"); (n > 0) == maps.Equal(before, c.Pending) {
			t.Fatalf("%d marks changed, but what is pending went from %v to %v", n, before, c.Pending)
		}
		c.Reconcile(want, kept, never, "new")
		for key, p := range c.Pending {
			if p.Digest == "" {
				delete(c.Outputs, key)
			} else {
				c.Outputs[key] = Output{Digest: p.Digest}
			}
			delete(c.Pending, key)
		}
		for key, d := range want {
			if c.Outputs[key].Digest != d {
				t.Fatalf("%s is %q, want %q", key, c.Outputs[key].Digest, d)
			}
		}
		for key := range c.Outputs {
			if _, wanted := want[key]; !wanted && !kept(key) {
				t.Fatalf("%s is an orphan", key)
			}
		}
		if n := c.Reconcile(want, kept, never, "again"); n != 0 || len(c.Pending) != 0 {
			t.Fatalf("a second time marks %d", n)
		}
	})
}

func TestResolver(t *testing.T) {
	s := newStory()
	for _, key := range []string{"posts/2024-05-01-walk.md", "posts/deep/er/talk.md", "posts/hike/index.md"} {
		m := &post.Meta{Kind: post.Article, Hash: key, Slug: map[string]string{
			"posts/2024-05-01-walk.md": "walk", "posts/deep/er/talk.md": "talk", "posts/hike/index.md": "hike"}[key]}
		s.c.See(Seen{Key: key, ETag: key, Hash: key, Uploaded: s.now, Post: m}, s.now)
	}
	s.c.See(Seen{Key: "posts/hike/top view.jpg", ETag: "p", Uploaded: s.now, Picture: &post.Picture{
		URL: "/media/x.jpg", Sizes: []post.Variant{{URL: "/media/s.jpg", Width: 480}}}}, s.now)
	s.c.Settle(s.now, testRules)
	for _, tc := range []struct{ from, ref, want string }{
		{"posts/a.md", "talk.md", "/blog/talk/"},
		{"posts/a.md", "deep/er/talk.md#why", "/blog/talk/#why"},
		{"posts/x/y/a.md", "../../deep/er/talk.md", "/blog/talk/"},
		{"posts/a.md", "/posts/deep/er/talk.md", "/blog/talk/"},
		{"posts/a.md", "@/deep/er/talk.md", "/blog/talk/"},
		{"posts/a.md", "TALK.md", "/blog/talk/"},
		{"posts/a.md", "walk.md", "/blog/walk/"},
		{"posts/a.md", "hike.md", "/blog/hike/"},
		{"posts/a.md", "hike/index.md", "/blog/hike/"},
		{"posts/a.md", "../../../../etc/passwd", ""},
		{"posts/a.md", "nowhere.md", ""},
		{"posts/a.md", "", ""},
	} {
		got, _ := s.c.Resolver(tc.from, "").Link(tc.ref)
		if got != tc.want {
			t.Errorf("%s from %s: %q, want %q", tc.ref, tc.from, got, tc.want)
		}
	}
	for _, ref := range []string{"top%20view.jpg", "top view.jpg", "/hike/top%20view.jpg"} {
		p, ok := s.c.Resolver("posts/hike/index.md", "https://x.org").Image(ref)
		if !ok || p.URL != "https://x.org/media/x.jpg" || p.Sizes[0].URL != "https://x.org/media/s.jpg" {
			t.Errorf("%s: %+v", ref, p)
		}
	}
	if p, ok := s.c.Resolver("posts/a.md", "").Image("top view.jpg"); !ok || p.URL != "/media/x.jpg" {
		t.Errorf("the only picture of a name is not found from elsewhere: %+v", p)
	}
}

func TestPreviewPathIsNotGuessable(t *testing.T) {
	a, b := New("one"), New("two")
	e := &Entry{ID: "x"}
	if a.PreviewPath(e) == b.PreviewPath(e) || len(a.PreviewPath(e)) < 30 {
		t.Errorf("%s and %s", a.PreviewPath(e), b.PreviewPath(e))
	}
	if (&Catalog{Secret: "s"}).PreviewPath(&Entry{ID: "x", Live: true}) != "" {
		t.Error("a published post has a preview")
	}
}
