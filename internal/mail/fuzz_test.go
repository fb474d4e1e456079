package mail_test

import (
	"os"
	"strings"
	"testing"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/mail"
	"github.com/pennypost/pennypost/internal/post"
)

// Whatever Markdown an author uploads, the mail of it is harmless and small.
func FuzzAnnouncement(f *testing.F) {
	for _, name := range []string{"everything", "review"} {
		text, err := os.ReadFile("testdata/posts/" + name + ".md")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("# T\n\n<details><summary>a</summary><table><tr><td><img src=x></table><p onclick=x>%recipient.t%</details>\n\n[a](javascript:x) [b](%recipient%) ![](y.svg)\n"))
	for _, tangle := range []string{
		"<iframe>\n\n<summary>\n\n<table>w x\n: y", "<h2>w\n\n</col><a><h2 href=/x>\n", "<figure>\n\n<figcaption><ul># \n\n<aside>", "<dt>\n\n**<details><dd></section><hr><b>",
		"[![a drawing](joint.svg)](https://things.example/)", strings.Repeat("*", 1300) + "a" + strings.Repeat("*", 1300),
	} {
		f.Add([]byte(tangle))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := post.Parse("posts/fuzz.md", text, post.Options{})
		if err != nil {
			return
		}
		e := &catalog.Entry{ID: "x", Path: "/blog/fuzz/", Meta: p.Meta}
		m, err := mail.Announcement{Settings: siteSettings(), URL: site + "/blog/fuzz/", Post: p, Entry: e, Resolver: shelf{}}.Message()
		if err != nil {
			t.Fatal(err)
		}
		if len(m.HTML) > 90_000 || len(m.Text) > 95_000 {
			t.Errorf("%d bytes of HTML, %d of text", len(m.HTML), len(m.Text))
		}
		onlyTokens(t, m)
		harmlessHTML(t, m.HTML)
	})
}
