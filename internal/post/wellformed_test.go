package post

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// shelf is a resolver of tests: it knows every reference but those that say "missing".
type shelf struct{ base string }

func (s shelf) Base() string { return s.base }

func (s shelf) Link(ref string) (string, bool) {
	if strings.Contains(ref, "missing") {
		return "", false
	}
	name, place, has := strings.Cut(ref, "#")
	name = strings.TrimSuffix(name[strings.LastIndexByte(name, '/')+1:], ".md")
	to := s.base + "/blog/" + strings.ReplaceAll(name, "%20", "-") + "/"
	if has {
		to += "#" + place
	}
	return to, true
}

func (s shelf) Image(ref string) (Picture, bool) {
	if strings.Contains(ref, "missing") {
		return Picture{}, false
	}
	return Picture{URL: s.base + "/media/a.jpg", Width: 1600, Height: 1200,
		Sizes: []Variant{{s.base + "/media/b.jpg", 480}, {s.base + "/media/c.jpg", 960}}}, true
}

// placedShelf is one that knows the address of the post's page too.
type placedShelf struct{ shelf }

func (s placedShelf) Base() string { return s.base }
func (s placedShelf) Page() string { return s.base + "/blog/fuzz/" }

// dangling lists the addresses in a piece of HTML that need the page around it, or
// with whole those of the site itself too, as in a mail.
func dangling(body string, whole bool) []string {
	var all []string
	z := html.NewTokenizer(strings.NewReader(body))
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		for _, a := range z.Token().Attr {
			if (a.Key == "href" || a.Key == "src") && !reaches(a.Val, whole) {
				all = append(all, a.Val)
			}
		}
	}
	return all
}

// reaches tells whether an address leads somewhere from the site, or with whole from anywhere.
func reaches(to string, whole bool) bool {
	if name, rest, ok := strings.Cut(to, ":"); ok && strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz") == "" {
		return strings.HasPrefix(rest, "//") || !strings.HasPrefix(strings.ToLower(name), "http")
	}
	return strings.HasPrefix(to, "#") || !whole && strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//")
}

// faults lists what is wrong with a piece of HTML: tags that do not match, ids
// used twice, and anything that runs, styles or embeds.
func faults(body string) []string {
	var all []string
	fault := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	var open []string
	ids := map[string]bool{}
	links := 0
	z := html.NewTokenizer(strings.NewReader(body))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				fault("not closed: %v", open)
			}
			if as := reshaped(body); as != "" {
				fault("a browser makes something else of it: %s", as)
			}
			return all
		case html.CommentToken, html.DoctypeToken:
			fault("comment or doctype")
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			switch t.Data {
			case "script", "style", "iframe", "object", "embed", "form", "svg", "math", "h1", "link", "meta", "base", "template", "video", "audio":
				fault("<%s>", t.Data)
			}
			if t.Data == "a" {
				if links++; links > 1 {
					fault("a link in a link")
				}
			}
			if !void(t.Data) {
				open = append(open, t.Data)
			}
			seen := map[string]bool{}
			for _, a := range t.Attr {
				if seen[a.Key] {
					fault("%s twice on <%s>", a.Key, t.Data)
				}
				seen[a.Key] = true
				low := strings.ToLower(strings.Join(strings.Fields(a.Val), ""))
				switch {
				case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "srcdoc":
					fault("%s on <%s>", a.Key, t.Data)
				case a.Key == "id":
					if a.Val == "" || ids[a.Val] || strings.ContainsAny(a.Val, " \t\n") {
						fault("id %q", a.Val)
					}
					ids[a.Val] = true
				case a.Key == "href" || a.Key == "src" || a.Key == "cite":
					for _, bad := range []string{"javascript:", "vbscript:", "data:"} {
						if strings.HasPrefix(low, bad) {
							fault("%s=%q", a.Key, a.Val)
						}
					}
				}
				if a.Key == "src" && strings.Contains(a.Val, "//") {
					fault("a request to another site: %q", a.Val)
				}
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if string(name) == "a" {
				links--
			}
			if len(open) == 0 || open[len(open)-1] != string(name) {
				fault("</%s> while %v are open", name, open)
				return all
			}
			open = open[:len(open)-1]
		}
	}
}

// reshaped is what a browser makes of a piece of HTML, if that is not what is
// written: where elements may not stand in each other it closes, moves and drops them.
func reshaped(body string) string {
	var written, built strings.Builder
	z := html.NewTokenizer(strings.NewReader(body))
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		name, _ := z.TagName()
		switch kind {
		case html.StartTagToken, html.SelfClosingTagToken:
			written.WriteString("<" + string(name) + ">")
		case html.EndTagToken:
			written.WriteString("</" + string(name) + ">")
		}
	}
	nodes, err := html.ParseFragment(strings.NewReader(body), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		return err.Error()
	}
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type != html.ElementNode {
			return
		}
		built.WriteString("<" + n.Data + ">")
		for c := range n.ChildNodes() {
			walk(c)
		}
		if !void(n.Data) {
			built.WriteString("</" + n.Data + ">")
		}
	}
	for _, n := range nodes {
		walk(n)
	}
	if written.String() == built.String() {
		return ""
	}
	return built.String()
}

func void(name string) bool {
	switch name {
	case "img", "br", "hr", "input", "wbr", "col":
		return true
	}
	return false
}

// checkRendered renders a post in every way and complains of what is wrong.
func checkRendered(t testing.TB, p *Post) {
	t.Helper()
	for _, r := range []Resolver{nil, shelf{}} {
		if all := faults(p.HTML(r)); len(all) > 0 {
			t.Errorf("HTML: %q\n%s", all, p.HTML(r))
		}
	}
	mail, cut := p.MailHTML(shelf{}, 0)
	if all := faults(mail); len(all) > 0 || cut {
		t.Errorf("mail: %q\n%s", all, mail)
	}
	if limit := len(mail) / 2; limit > 0 {
		part, cut := p.MailHTML(shelf{}, limit)
		if all := faults(part); len(all) > 0 || !cut || len(part) > limit {
			t.Errorf("mail cut at %d: %d bytes, cut %v, %q\n%s", limit, len(part), cut, all, part)
		}
	}
	if all := dangling(p.HTML(placedShelf{}), false); len(all) > 0 {
		t.Errorf("relative addresses: %q", all)
	}
	there := placedShelf{shelf{"https://x.example"}}
	mail, _ = p.MailHTML(there, 0)
	if all := dangling(mail, true); len(all) > 0 {
		t.Errorf("addresses in a mail that lead nowhere from there: %q", all)
	}
	written := &texter{w: p.writer(there), numbers: map[string]int{}}
	written.blocks(p.doc, "", "")
	for _, to := range written.links {
		if !reaches(to, true) {
			t.Errorf("an address in a text that leads nowhere from there: %q", to)
		}
	}
	text := p.Text(shelf{})
	if i := strings.IndexFunc(text, func(r rune) bool { return !printable(r) && r != '\ufeff' }); i >= 0 {
		t.Errorf("text holds a control character at %d: %q", i, text)
	}
}
