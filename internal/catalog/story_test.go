package catalog

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/post"
)

// TestStories plays testdata/*.story: each line is something that happens to the
// author's files or an expectation. Anyone can add one:
//
//	put KEY BODY [slug=S] [date=RFC3339] [draft] [page]   an upload; equal BODYs are equal texts
//	bad KEY            an upload that cannot be read
//	rm KEY             the file is gone
//	wait DURATION      the clock goes on
//	settle [unmade]    paths and publication are settled, and pages made unless it says otherwise
//	at PATH KEY        the post of KEY is live at PATH
//	no KEY             KEY has no published post
//	copy KEY OF        KEY is taken for a copy of OF
//	same NAME KEY      the post of KEY is the one first called NAME, or is called so from now on
//	from PATH KEY      the post of KEY was at PATH before
//	new N              the last settle published N posts for the first time
//	late KEY           the post of KEY was too old to be mailed
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.story")
	if err != nil || len(files) == 0 {
		t.Fatal("no stories found", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".story"), func(t *testing.T) {
			f, err := os.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			s := newStory()
			lines := bufio.NewScanner(f)
			for n := 1; lines.Scan(); n++ {
				line, _, _ := strings.Cut(lines.Text(), "//")
				if strings.TrimSpace(line) == "" {
					continue
				}
				if err := s.play(strings.Fields(line)); err != nil {
					t.Fatalf("%s:%d: %s: %v", name, n, line, err)
				}
			}
		})
	}
}

type story struct {
	c       *Catalog
	now     time.Time
	uploads int
	last    Settled
	names   map[string]string // name → post id
}

func newStory() *story {
	return &story{c: New("secret"), now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), names: map[string]string{}}
}

var testRules = Rules{
	Path:   func(e *Entry) string { return "/blog/" + e.Slug + "/" },
	Refuse: func(path string) string { return map[string]string{"/blog/feed/": "reserved"}[path] },
	Page:   func(path string) string { return strings.TrimPrefix(path, "/") + "index.html" },
	MaxAge: 48 * time.Hour,
}

func (s *story) play(f []string) error {
	arg := func(i int) string {
		if i < len(f) {
			return f[i]
		}
		return ""
	}
	e := s.c.ByKey(arg(len(f) - 1))
	switch f[0] {
	case "put":
		return s.put(f[1], f[2], f[3:])
	case "bad":
		s.uploads++
		s.c.See(Seen{Key: f[1], ETag: strconv.Itoa(s.uploads), Uploaded: s.now, Problem: "broken"}, s.now)
	case "rm":
		s.c.See(Seen{Key: f[1], Missing: true}, s.now)
	case "wait":
		d, err := time.ParseDuration(f[1])
		s.now = s.now.Add(d)
		return err
	case "settle":
		s.c = s.c.Clone()
		s.last = s.c.Settle(s.now, testRules)
		if arg(1) != "unmade" {
			clear(s.c.Outputs)
			for id, e := range s.c.Posts {
				if e.Live {
					s.c.Outputs[testRules.Page(e.Path)] = Output{ETag: "made", Post: id}
				}
			}
		}
	case "new":
		if arg(1) != strconv.Itoa(len(s.last.Went)) {
			return fmt.Errorf("published %d", len(s.last.Went))
		}
	case "at":
		if e == nil || !e.Live || e.Path != f[1] {
			return fmt.Errorf("it is %+v", e)
		}
	case "no":
		if e != nil && e.Live {
			return fmt.Errorf("it is live at %s", e.Path)
		}
	case "copy":
		if file := s.c.Files[f[1]]; file == nil || file.CopyOf != f[2] {
			return fmt.Errorf("it is %+v", file)
		}
	case "late":
		if e == nil || !e.Late {
			return fmt.Errorf("it is %+v", e)
		}
	case "from":
		if e == nil || !slices.Contains(e.Former, f[1]) {
			return fmt.Errorf("it is %+v", e)
		}
	case "same":
		if e == nil {
			return fmt.Errorf("there is no post")
		}
		if id, named := s.names[f[1]]; named && id != e.ID {
			return fmt.Errorf("it is another post")
		}
		s.names[f[1]] = e.ID
	default:
		return fmt.Errorf("unknown word")
	}
	return nil
}

func (s *story) put(key, body string, rest []string) error {
	s.uploads++
	m := &post.Meta{Kind: post.Article, Title: body, Hash: body}
	m.Slug = strings.TrimSuffix(filepath.Base(key), ".md")
	for _, word := range rest {
		name, value, _ := strings.Cut(word, "=")
		switch name {
		case "slug":
			m.Slug = value
		case "page":
			m.Kind = post.Page
		case "draft":
			m.Draft = true
		case "date":
			at, err := time.Parse(time.RFC3339, value)
			if err != nil {
				return err
			}
			m.Date, m.DateText = at, value
		default:
			return fmt.Errorf("unknown %q", word)
		}
	}
	s.c.See(Seen{Key: key, ETag: body + key, Uploaded: s.now, Hash: body, Post: m}, s.now)
	return nil
}
