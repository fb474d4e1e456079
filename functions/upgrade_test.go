package functions_test

import (
	"bytes"
	"compress/gzip"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

// stateV1 holds the content and state buckets as format 1 writes them. It is never made
// anew: each later program must read what is there.
const stateV1 = "testdata/state-v1"

var makeV1 = flag.Bool("make-state-v1", false, "write "+stateV1)

// eve is when the fixture was written, or a little later.
var eve = time.Date(2026, 11, 25, 18, 0, 0, 0, time.UTC)

func TestMakeStateV1(t *testing.T) {
	if !*makeV1 {
		return // it is there
	}
	s := written(t)
	s.subscribe(carl, audience.Weekly)
	s.put("posts/ancient.md", "---\ndate: 2019-01-02\n---\n# Ancient\n") // held
	s.put("posts/draft.md", "---\ndraft: true\n---\n# Draft\n")
	s.ticks(3)
	s.unsubscribe(bert)
	for _, bucket := range []string{"content", "state"} {
		for key, o := range s.snapshot(bucket) {
			path := filepath.Join(stateV1, bucket, filepath.FromSlash(key))
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(o.Body), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestUpgrade goes on from the state of format 1: nobody is mailed again, everything is
// where it was, and what comes next goes to those who are still on the list.
func TestUpgrade(t *testing.T) {
	s := stackOver(t, storetest.Server(t), eve.Add(12*time.Hour))
	for _, bucket := range []string{"content", "state"} {
		for key, body := range files(t, filepath.Join(stateV1, bucket)) {
			if _, err := s.bucket(bucket).Create(t.Context(), key, []byte(body), store.Header{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	was := s.catalog()
	s.ticks(3)
	s.repair() // the site is written anew; the fixture has none
	s.ticks(3)
	s.wantVerified()
	s.wantMailed()
	now := s.catalog()
	if len(now.Posts) != len(was.Posts) || len(now.Posts) < 5 {
		t.Errorf("there were %d posts, and are %d", len(was.Posts), len(now.Posts))
	}
	for id, e := range was.Posts {
		f := now.Posts[id]
		if f == nil || f.Key != e.Key || f.Path != e.Path || f.Seq != e.Seq || !f.First.Equal(e.First) || !f.GoLive.Equal(e.GoLive) {
			t.Errorf("%s was %+v\nand is %+v", id, e, f)
		}
	}
	site := s.snapshot("site")
	for _, key := range []string{"index.html", "blog/uno/index.html", "blog/one/index.html", "blog/two/index.html", "blog/ancient/index.html", "about/index.html"} {
		if site[key].Body == "" {
			t.Errorf("%s is missing", key)
		}
	}
	if receipt := s.snapshot("content")["receipts/posts/ancient.md.txt"].Body; !strings.Contains(receipt, "held until you release it") {
		t.Errorf("the receipt of what is held:\n%s", receipt)
	}
	if err := s.newsletter().Release(t.Context(), issueOf(now, "posts/ancient.md")); err != nil {
		t.Fatal(err)
	}
	s.put("posts/new.md", "# New\n")
	s.ticks(3)
	s.wantMailed(anna+": Ancient", anna+": New")
}

func issueOf(c *catalog.Catalog, key string) string { return "post-" + c.ByKey(key).ID }

// TestNewerStateIsLeftAlone: an older function that meets what a newer one wrote changes
// nothing of it, and once it is updated everything goes on.
func TestNewerStateIsLeftAlone(t *testing.T) {
	s := written(t)
	s.put("posts/held.md", "---\ndate: 2019-01-02\n---\n# Held\n")
	s.ticks(2)
	before := s.snapshot("state")
	tried := 0
	for key, o := range before {
		newer, versioned := ofVersion1000(t, o.Body)
		if !versioned {
			continue
		}
		tried++
		s.overwrite("state", key, newer)
		s.restart()
		s.busy()
		if got := s.snapshot("state")[key].Body; got != newer {
			t.Errorf("%s was changed", key)
		}
		s.overwrite("state", key, o.Body)
	}
	if tried < 8 {
		t.Errorf("only %d objects have a version", tried)
	}
	s.restart()
	s.ticks(5)
	s.repair()
	s.wantVerified()
	mailed := s.mailed()
	for mail, n := range mailed {
		if n != 1 {
			t.Errorf("%q was mailed %d times", mail, n)
		}
	}
}

// busy does a bit of everything; what fails, fails.
func (s *stack) busy() {
	ctx := s.t.Context()
	s.wait(2 * time.Minute)
	_ = s.publisher().Run(ctx, []string{"posts/two.md"})
	_ = s.handlers.PublishTick(ctx)
	_ = s.handlers.DigestTick(ctx)
	_ = s.handlers.SendTick(ctx)
	_, _ = s.around.Audience().Confirm(ctx, audience.Ask{Address: "dora@readers.example", Cadence: audience.Each, At: s.clock(), Consent: audience.Consent{At: s.clock(), Source: "test"}})
	_ = s.around.Audience().LeaveAddress(ctx, anna, s.clock().Add(-24*365*time.Hour)) // long before she came
	_ = s.newsletter().Repair(ctx)
	_ = s.publisher().Repair(ctx)
}

// ofVersion1000 is a state object as a program of the far future might write it.
func ofVersion1000(t *testing.T, body string) (newer string, versioned bool) {
	t.Helper()
	if z, err := gzip.NewReader(strings.NewReader(body)); err == nil {
		text, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		inner, versioned := ofVersion1000(t, string(text))
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		_, _ = w.Write([]byte(inner))
		_ = w.Close()
		return packed.String(), versioned
	}
	newer = strings.Replace(body, `"version":1,`, `"version":1000,`, 1)
	return newer, newer != body
}
