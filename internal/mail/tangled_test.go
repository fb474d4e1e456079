package mail_test

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/mail"
	"github.com/pennypost/pennypost/internal/post"
)

// tagsOf are the tags of a mail as they are written, those left out that a parser adds.
func tagsOf(code string) string {
	var all strings.Builder
	z := html.NewTokenizer(strings.NewReader(code))
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		name, _ := z.TagName()
		switch {
		case string(name) == "tbody":
		case kind == html.StartTagToken || kind == html.SelfClosingTagToken:
			all.WriteString("<" + string(name) + ">")
		case kind == html.EndTagToken:
			all.WriteString("</" + string(name) + ">")
		}
	}
	return all.String()
}

// tagsBuilt are the tags of the tree that a parser builds of it: where elements may not
// stand in each other, other ones.
func tagsBuilt(root *html.Node) string {
	var all strings.Builder
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		shown := n.Type == html.ElementNode && n.Data != "tbody"
		if shown {
			all.WriteString("<" + n.Data + ">")
		}
		for c := range n.ChildNodes() {
			walk(c)
		}
		switch n.Data {
		case "img", "br", "hr", "meta":
		default:
			if shown {
				all.WriteString("</" + n.Data + ">")
			}
		}
	}
	walk(root)
	return all.String()
}

// Whatever tags an author's HTML consists of, and in whatever order, the mail is whole.
func TestTangledHTML(t *testing.T) {
	pieces := []string{"\n\n", "\n", "w ", "**", "[a](glue.md)", "[![p](joint.svg)](/y)", "![p](chair.jpg)", "- ", "> ", "\n| a | b |\n|---|---|\n| c", "[^1]", "\n[^1]: z", "x\n: y"}
	for _, tag := range strings.Fields("p div span ul li dl dt dd blockquote pre table tr td figure figcaption details summary sub b a section h2 h5 img ruby rt iframe") {
		pieces = append(pieces, "<"+tag+">", "</"+tag+">", "\n\n<"+tag+">\n\n", "<"+tag+" href=/x id=a src=chair.jpg alt=z>")
	}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 25).Draw(t, "text"), "")
		p, err := post.Parse("posts/x.md", []byte(text), post.Options{})
		if err != nil {
			return
		}
		m, err := mail.Announcement{Settings: siteSettings(), URL: site + "/blog/x/", Post: p, Entry: &catalog.Entry{ID: "x", Path: "/blog/x/", Meta: p.Meta}, Resolver: shelf{}}.Message()
		if err != nil {
			t.Fatal(err)
		}
		harmlessHTML(t, m.HTML)
	})
}
