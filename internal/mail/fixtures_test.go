package mail_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/mail"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/settings"
)

var update = flag.Bool("update", false, "write the golden files anew")

const site = "https://mending.example"

func siteSettings() *settings.Settings {
	s := settings.Default()
	s.Title, s.URL = "The Mending Bench", site
	s.Author.Name, s.Author.Email = "Ida Fenn", "ida@mending.example"
	s.Newsletter.From = "Ida Fenn <letters@mending.example>"
	s.Newsletter.Address = "The Mending Bench\n4 Canal Row\nOldharbour OH1 2AB"
	return s
}

// shelf answers references as the catalog would, with absolute addresses.
type shelf struct{}

func (shelf) Link(ref string) (string, bool) {
	name, fragment, _ := strings.Cut(ref, "#")
	if name != "glue.md" {
		return "", false
	}
	if fragment != "" {
		fragment = "#" + fragment
	}
	return site + "/blog/glue/" + fragment, true
}

func (shelf) Image(ref string) (post.Picture, bool) {
	sizes := func(name string) []post.Variant {
		return []post.Variant{{URL: site + "/media/" + name + "-480.jpg", Width: 480}, {URL: site + "/media/" + name + "-960.jpg", Width: 960}}
	}
	switch ref {
	case "bench.jpg", "chair.jpg":
		name := strings.TrimSuffix(ref, ".jpg")
		return post.Picture{URL: site + "/media/" + name + "-1600.jpg", Width: 1600, Height: 1067, Sizes: sizes(name)}, true
	case "hinge.jpg":
		return post.Picture{URL: site + "/media/hinge-600.jpg", Width: 600, Height: 900, Sizes: sizes("hinge")[:1]}, true
	case "joint.svg":
		return post.Picture{URL: site + "/media/joint.svg", Width: 400, Height: 300}, true
	}
	return post.Picture{}, false
}

func parsed(t testing.TB, name, text string) (*post.Post, *catalog.Entry) {
	t.Helper()
	p, err := post.Parse("posts/"+name+".md", []byte(text), post.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p, &catalog.Entry{ID: name, Path: "/blog/" + name + "/", First: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC), Live: true, Meta: p.Meta}
}

func fixture(t testing.TB, name string) (*post.Post, *catalog.Entry) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "posts", name+".md"))
	if err != nil {
		t.Fatal(err)
	}
	return parsed(t, name, string(text))
}

func announcement(t testing.TB, name string) mail.Announcement {
	t.Helper()
	p, e := fixture(t, name)
	return mail.Announcement{Settings: siteSettings(), URL: site + e.Path, Post: p, Entry: e, Resolver: shelf{}}
}

// long is an announcement of a post of so many paragraphs with a link in each.
func long(t testing.TB, paragraphs int) mail.Announcement {
	t.Helper()
	var b strings.Builder
	b.WriteString("---\ntitle: The long one\ndate: 2026-11-19\n---\n\n")
	for i := range paragraphs {
		fmt.Fprintf(&b, "Paragraph %d is about [thing %d](https://things.example/%d), and it goes on for a while so that there is something to cut, with *stress* and `code` and a footnote.[^%d]\n\n", i, i, i, i)
	}
	for i := range paragraphs {
		fmt.Fprintf(&b, "[^%d]: Note %d.\n", i, i)
	}
	p, e := parsed(t, "long", b.String())
	return mail.Announcement{Settings: siteSettings(), URL: site + e.Path, Post: p, Entry: e, Resolver: shelf{}}
}

func digest(t testing.TB, kind string, more int) mail.Digest {
	t.Helper()
	d := mail.Digest{Settings: siteSettings(), Kind: kind, Period: "16–22 November 2026"}
	for _, name := range []string{"everything", "review"} {
		p, e := fixture(t, name)
		it := mail.Item{Entry: e, URL: site + e.Path}
		ref := e.Image
		if p.Book != nil {
			ref = p.Book.Cover
		}
		if pic, ok := (shelf{}).Image(ref); ok {
			it.Image = &pic
		}
		d.Items = append(d.Items, it)
	}
	for i := range more {
		_, e := parsed(t, fmt.Sprintf("more-%d", i), fmt.Sprintf("---\ntitle: Another note, number %d\ndate: 2026-11-17\n---\n\n%s", i, strings.Repeat("It says a little about something small. ", 9)))
		d.Items = append(d.Items, mail.Item{Entry: e, URL: site + e.Path})
	}
	return d
}

// everyMessage is one of each kind, by name.
func everyMessage(t testing.TB) map[string]mail.Message {
	t.Helper()
	sans := digest(t, mail.Monthly, 0)
	sans.Settings.Theme.Font, sans.Period = "sans", "November 2026"
	rtl := announcement(t, "review")
	rtl.Settings.Language = "he-IL"
	all := map[string]interface {
		Message() (mail.Message, error)
	}{
		"announcement":  announcement(t, "everything"),
		"review":        announcement(t, "review"),
		"odds":          announcement(t, "odds"),
		"right-to-left": rtl,
		"weekly":        digest(t, mail.Weekly, 1),
		"monthly":       sans,
		"confirmation":  mail.Confirmation{Settings: siteSettings(), URL: site + "/confirm?t=abc", Cadence: "weekly", Topics: []string{"Articles", "Books"}, Days: 7},
		"notice": mail.Notice{
			Settings: siteSettings(), Subject: "Published: A week of small repairs", ToAuthor: true,
			Intro: []string{"Your post is on the site. It goes to 128 subscribers at 14:10."},
			Sections: []mail.Section{{
				Heading: "A week of small repairs", URL: site + "/blog/everything/",
				Lines:   []string{"126 get each new post, 2 get the weekly digest on Friday."},
				Actions: []mail.Action{{Label: "Send it now", URL: site + "/author?t=now"}, {Label: "Cancel the mail", URL: site + "/author?t=cancel", Quiet: true}},
			}},
			Outro: []string{"The links work for three days."},
		},
	}
	messages := map[string]mail.Message{}
	for name, one := range all {
		m, err := one.Message()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		messages[name] = m
	}
	return messages
}
