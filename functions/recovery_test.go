package functions_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

const (
	anna = "anna@readers.example"
	bert = "bert@readers.example"
	carl = "carl@readers.example"
)

// written is a stack with a few days behind it: posts, one of them renamed, one taken
// away again, a page, settings, and two people who were mailed.
func written(t *testing.T) *stack {
	t.Helper()
	s := newStack(t)
	s.subscribe(anna, audience.Each)
	s.subscribe(bert, audience.Each)
	s.put("posts/site.yaml", "title: Notes\nurl: "+siteURL+"\n")
	s.put("posts/one.md", "# One\n\nTo [two](two.md).\n")
	s.put("posts/two.md", "---\ntags: [a]\n---\n# Two\n\n![](drawing.svg)\n")
	s.put("posts/drawing.svg", `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>`)
	s.put("posts/pages/about.md", "# About\n")
	s.put("posts/gone.md", "---\nemail: none\n---\n# Gone\n")
	s.rm("posts/gone.md")
	s.ticks(3)
	s.put("posts/uno.md", "# One\n\nTo [two](two.md).\n")
	s.rm("posts/one.md")
	s.ticks(3)
	s.wantMailed(anna+": One", anna+": Two", bert+": One", bert+": Two")
	s.wantVerified()
	return s
}

func (s *stack) drop(bucket, key string) {
	s.t.Helper()
	o, err := s.bucket(bucket).Head(s.t.Context(), key)
	if err == nil {
		err = s.bucket(bucket).Delete(s.t.Context(), key, o.ETag)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// overwrite writes other bytes over an object.
func (s *stack) overwrite(bucket, key, body string) {
	s.t.Helper()
	b := s.bucket(bucket)
	o, err := b.Head(s.t.Context(), key)
	if err == nil {
		_, err = b.Replace(s.t.Context(), key, []byte(body), store.Header{ContentType: o.ContentType, CacheControl: o.CacheControl, Metadata: o.Metadata}, o.ETag)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// quiet lets a day pass and holds that nobody is mailed and nothing is out of order.
func (s *stack) quiet() {
	s.t.Helper()
	before := len(s.letters())
	s.restart()
	s.wait(24 * time.Hour)
	s.ticks(5)
	if after := len(s.letters()); after != before {
		s.t.Errorf("%d mails more", after-before)
	}
	s.wantVerified()
}

func TestALostCatalogIsMadeAnew(t *testing.T) {
	for name, lose := range map[string]func(*stack){
		"gone":      func(s *stack) { s.drop("state", catalog.Key) },
		"damaged":   func(s *stack) { s.overwrite("state", catalog.Key, "not a catalog") },
		"cut short": func(s *stack) { s.overwrite("state", catalog.Key, s.snapshot("state")[catalog.Key].Body[:100]) },
	} {
		t.Run(name, func(t *testing.T) {
			s := written(t)
			before := s.snapshot("site")
			was := s.catalog()
			lose(s)
			s.restart()
			s.wantFound("catalog")
			s.repair()
			sameSite(t, s.snapshot("site"), before)
			now := s.catalog()
			for id, e := range was.Posts {
				f := now.Posts[id]
				if f == nil || f.Key != e.Key || f.Path != e.Path || f.Seq != e.Seq || !f.First.Equal(e.First) || !f.GoLive.Equal(e.GoLive) {
					t.Errorf("%s was %+v\nand is %+v", id, e, f)
				}
			}
			s.quiet()
		})
	}
}

// TestAReceiptOfAFileThatIsGoneIsMended: the file went with the catalog that knew it, so
// that no run sees it go, and its receipt would say for ever that it is published.
func TestAReceiptOfAFileThatIsGoneIsMended(t *testing.T) {
	const name = "receipts/posts/two.md.txt"
	s := written(t)
	s.drop("content", "posts/two.md")
	s.drop("state", catalog.Key)
	s.drop("content", "receipts/mark") // which would tell that there was another catalog
	s.restart()
	s.ticks(3) // the catalog is made anew
	if text := s.snapshot("content")[name].Body; !strings.HasPrefix(text, "Published") {
		t.Fatalf("there is nothing to mend: %s", text)
	}
	s.wantFound("the receipt of posts/two.md says “Published”, and the file is gone")
	s.repair()
	if text := s.snapshot("content")[name].Body; !strings.HasPrefix(text, "Removed") {
		t.Errorf("it says %s", text)
	}
	s.quiet()
}

// With the mark beside the receipts nobody needs to repair that.
func TestAReceiptOfAFileThatIsGoneIsMendedByItself(t *testing.T) {
	s := written(t)
	s.drop("content", "posts/two.md")
	s.drop("state", catalog.Key)
	s.restart()
	s.ticks(3)
	if text := s.snapshot("content")["receipts/posts/two.md.txt"].Body; !strings.HasPrefix(text, "Removed") {
		t.Errorf("it says %s", text)
	}
	s.quiet()
}

func (s *stack) catalog() *catalog.Catalog {
	s.t.Helper()
	c, err := catalog.Decode([]byte(s.snapshot("state")[catalog.Key].Body))
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

func TestALostSiteIsWrittenAgain(t *testing.T) {
	s := written(t)
	before := s.snapshot("site")
	storetest.Restore(s.t, s.bucket("site"), nil)
	s.restart()
	s.wantFound("index.html is missing on the site")
	s.repair()
	sameSite(t, s.snapshot("site"), before)
	s.quiet()
}

// Without either nobody knows former addresses any more. Nobody is mailed all the same.
func TestBothLost(t *testing.T) {
	s := written(t)
	storetest.Restore(s.t, s.bucket("site"), nil)
	s.drop("state", catalog.Key)
	s.restart()
	s.repair()
	for _, key := range []string{"index.html", "blog/uno/index.html", "blog/two/index.html", "about/index.html"} {
		if s.snapshot("site")[key].Body == "" {
			t.Errorf("%s is missing", key)
		}
	}
	s.quiet()
}

// Everything that verify can find, one by one: it is told of, and mended.
func TestRepairMendsWhatVerifyFinds(t *testing.T) {
	s := written(t)
	before := s.snapshot("site")
	const unmailed = "---\nemail: none\n---\n"
	for _, trouble := range []struct {
		words string
		harm  func()
	}{
		{"index.html on the site is not what was written", func() { s.overwrite("site", "index.html", "defaced") }},
		{"blog/two/index.html is missing on the site", func() { s.drop("site", "blog/two/index.html") }},
		{"stray.html does not belong on the site", func() { s.create("site", "stray.html", "x") }},
		{"posts/two.md has no receipt", func() { s.drop("content", "receipts/posts/two.md.txt") }},
		{"posts/late.md was uploaded and never looked at", func() { s.create("content", "posts/late.md", unmailed+"# Late\n") }},
		{"posts/late.md was replaced since", func() { s.overwrite("content", "posts/late.md", unmailed+"# Later\n") }},
		{"posts/late.md is gone, and the catalog still", func() { s.drop("content", "posts/late.md") }},
		{"the outbox names issue post-nobody, which is not", func() {
			s.alter("outbox.json", `{"version":1`, `{"version":1,"issues":{"post-nobody":{"state":"waiting","next":"2026-11-23T13:00:00Z"}}`)
		}},
		{"outbox.json cannot be read", func() { s.overwrite("state", "outbox.json", "{") }},
		{"was begun, and its record is gone", func() { s.drop("state", s.issueKey()) }},
		{"its witness says that it is over: its record is", func() { s.alter(s.issueKey(), `"state":"closed"`, `"state":"held"`) }},
		{"blog/two/index.html on the site is not what its ", func() { s.forge("blog/two/index.html") }},
	} {
		trouble.harm()
		s.restart()
		s.wantFound(trouble.words)
		s.repair()
		s.wantVerified()
	}
	for key := range s.snapshot("site") {
		if strings.Contains(key, "late") {
			s.t.Errorf("%s stayed", key)
		}
	}
	sameSite(t, s.snapshot("site"), before)
	s.quiet()
}

func (s *stack) create(bucket, key, body string) {
	s.t.Helper()
	if _, err := s.bucket(bucket).Create(s.t.Context(), key, []byte(body), store.Header{}); err != nil {
		s.t.Fatal(err)
	}
}

// issueKey is the record of some issue that is over.
func (s *stack) issueKey() string {
	s.t.Helper()
	for key := range s.snapshot("state") {
		if strings.HasSuffix(key, "/issue.json") && strings.HasPrefix(key, "issues/post-") && strings.Contains(s.snapshot("content")["receipts/"+strings.TrimSuffix(key, "/issue.json")].Body, "closed") {
			return key
		}
	}
	s.t.Fatal("there is no issue")
	return ""
}

// alter changes a text within a state object.
func (s *stack) alter(key, old, text string) {
	s.t.Helper()
	body := s.snapshot("state")[key].Body
	if !strings.Contains(body, old) {
		s.t.Fatalf("%s does not hold %s:\n%s", key, old, body)
	}
	s.overwrite("state", key, strings.Replace(body, old, text, 1))
}

// forge puts other bytes on the site and lets the catalog believe that they are its own.
func (s *stack) forge(key string) {
	s.t.Helper()
	s.overwrite("site", key, "forged")
	o, err := s.bucket("site").Head(s.t.Context(), key)
	if err != nil {
		s.t.Fatal(err)
	}
	c := s.catalog()
	c.Outputs[key] = catalog.Output{Digest: c.Outputs[key].Digest, ETag: o.ETag}
	body, err := c.Encode()
	if err != nil {
		s.t.Fatal(err)
	}
	s.overwrite("state", catalog.Key, string(body))
}

// TestYesterdaysState restores the state as it was yesterday. Since then a post was
// mailed, another begun to be, somebody left, and a digest went out.
func TestYesterdaysState(t *testing.T) {
	for name, repair := range map[string]bool{"and is repaired": true, "and is left to itself": false} {
		t.Run(name, func(t *testing.T) {
			s := written(t)
			s.subscribe(carl, audience.Weekly)
			s.put("posts/waiting.md", "# Waiting\n") // opened yesterday, not yet mailed then
			yesterday := s.snapshot("state")
			s.ticks(5)
			s.wait(24 * time.Hour)
			s.put("posts/three.md", "# Three\n")
			s.ticks(5)
			s.unsubscribe(bert)
			s.wait(8 * 24 * time.Hour)
			s.ticks(5) // the weekly digest
			before := s.mailed()
			if before[anna+": Waiting"] != 1 || before[bert+": Three"] != 1 || len(before) != 9 {
				t.Fatalf("mailed %v", before)
			}

			storetest.Restore(t, s.bucket("state"), yesterday, audience.KeysKey, "left/") // see infra/README.md
			s.restart()
			if repair {
				if err := s.newsletter().HoldBegun(t.Context()); err != nil {
					t.Fatal(err)
				}
				s.repair()
				s.wantVerified()
			}
			s.ticks(5)
			s.wait(24 * time.Hour)
			s.ticks(5)
			for mail, n := range s.mailed() {
				if n != before[mail] {
					t.Errorf("after the restore %q was mailed %d times, before %d", mail, n, before[mail])
				}
			}
			// It goes on: who stayed is mailed what is new, who left is not.
			s.put("posts/four.md", "# Four\n")
			s.ticks(5)
			after := s.mailed()
			if after[anna+": Four"] != 1 || after[bert+": Four"] != 0 {
				t.Errorf("mailed %v", after)
			}
			for mail, n := range after {
				if n != 1 {
					t.Errorf("%q was mailed %d times", mail, n)
				}
			}
			s.wait(8 * 24 * time.Hour)
			s.ticks(5)
			for mail, n := range s.mailed() {
				if n != 1 {
					t.Errorf("%q was mailed %d times", mail, n)
				}
			}
			if s.repair(); repair {
				s.wantVerified()
			}
		})
	}
}
