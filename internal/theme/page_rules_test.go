package theme

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// elements calls see for every element of a page.
func elements(t *testing.T, page string, see func(n *html.Node)) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			see(n)
		}
	}
}

// attr is an attribute's value; has tells whether it is there at all.
func attr(n *html.Node, name string) (value string, has bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// TestNothingInlineNothingForeign: pages run under a policy that allows no inline
// style or script, and ask nobody else for anything.
func TestNothingInlineNothingForeign(t *testing.T) {
	th := sampleTheme(t)
	for name, page := range samplePages(t, th) {
		elements(t, page, func(n *html.Node) {
			kind, _ := attr(n, "type")
			if n.Data == "style" || n.Data == "script" && kind != "application/ld+json" {
				t.Errorf("%s: has a %s element", name, n.Data)
			}
			for _, a := range n.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
					t.Errorf("%s: <%s %s=%q>", name, n.Data, a.Key, a.Val)
				}
			}
			rel, _ := attr(n, "rel")
			for _, key := range []string{"src", "srcset", "href", "action", "poster", "data"} {
				value, has := attr(n, key)
				fetched := n.Data != "a" && rel != "canonical"
				if has && fetched && !strings.HasPrefix(value, "/") {
					t.Errorf("%s: <%s %s=%q> leads elsewhere", name, n.Data, key, value)
				}
			}
		})
	}
}

// TestStyleSheetAsksOnlyForAssets: every url() of the sheet is a picture within it
// or a file that the theme ships, and none is missing.
func TestStyleSheetAsksOnlyForAssets(t *testing.T) {
	th := sampleTheme(t)
	sheet := string(th.Assets()[0].Body)
	if strings.Contains(sheet, "@import") {
		t.Error("the sheet imports another")
	}
	shipped := map[string]bool{}
	for _, a := range th.Assets() {
		shipped[a.Path] = true
	}
	fonts := 0
	for _, m := range regexp.MustCompile(`url\((["'])(.*?)["']\)`).FindAllStringSubmatch(sheet, -1) {
		switch {
		case strings.HasPrefix(m[2], "data:image/svg+xml,"), m[1] == `'`:
		case shipped["assets/"+m[2]]:
			fonts++
		default:
			t.Errorf("url(%s) is not shipped", m[2])
		}
	}
	if fonts != 6 {
		t.Errorf("the sheet uses %d font files, not 6", fonts)
	}
}

// TestPagesAreWellBuilt holds what every page needs to be used by everybody.
func TestPagesAreWellBuilt(t *testing.T) {
	th := sampleTheme(t)
	for name, page := range samplePages(t, th) {
		count := map[string]int{}
		ids := map[string]bool{}
		var refs, labelled []string
		elements(t, page, func(n *html.Node) {
			count[n.Data]++
			if id, has := attr(n, "id"); has {
				if ids[id] {
					t.Errorf("%s: the id %q is given twice", name, id)
				}
				ids[id] = true
			}
			if ref, has := attr(n, "for"); has {
				labelled = append(labelled, ref)
			}
			if href, _ := attr(n, "href"); strings.HasPrefix(href, "#") {
				ref, err := url.PathUnescape(href[1:])
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
				refs = append(refs, ref)
			}
			for _, by := range []string{"aria-labelledby", "aria-describedby"} {
				if ref, has := attr(n, by); has {
					refs = append(refs, ref)
				}
			}
			if n.Data == "img" {
				for _, need := range []string{"alt", "width", "height"} {
					if _, has := attr(n, need); !has {
						t.Errorf("%s: an image without %s", name, need)
					}
				}
			}
		})
		for _, one := range []string{"h1", "main", "title", "html"} {
			if count[one] != 1 {
				t.Errorf("%s: %d times %s", name, count[one], one)
			}
		}
		if name != "redirect" && (count["header"] == 0 || count["footer"] == 0) {
			t.Errorf("%s: no header or footer", name)
		}
		for _, ref := range append(refs, labelled...) {
			if !ids[ref] {
				t.Errorf("%s: nothing has the id %q", name, ref)
			}
		}
	}
}

// TestSubscribeFormKeepsItsContract: one POST form, the address in "email", no
// other field that sounds like one.
func TestSubscribeFormKeepsItsContract(t *testing.T) {
	pages := samplePages(t, sampleTheme(t))
	for _, name := range []string{"subscribe", "article", "listing"} {
		forms, fields := 0, map[string]int{}
		checked := ""
		elements(t, pages[name], func(n *html.Node) {
			if n.Data == "form" {
				forms++
				method, _ := attr(n, "method")
				action, _ := attr(n, "action")
				if method != "post" || action != "/subscribe" {
					t.Errorf("%s: a form with method %q to %q", name, method, action)
				}
			}
			if field, has := attr(n, "name"); has && slices.Contains([]string{"input", "select", "textarea", "button"}, n.Data) {
				fields[field]++
				if _, on := attr(n, "checked"); on && field == "cadence" {
					checked, _ = attr(n, "value")
				}
			}
		})
		if forms != 1 {
			t.Errorf("%s: %d forms", name, forms)
		}
		if fields["email"] != 1 || fields["website"] != 1 || fields["cadence"] != 3 {
			t.Errorf("%s: the fields are %v", name, fields)
		}
		for field := range fields {
			if field != "email" && (strings.Contains(field, "mail") || strings.Contains(field, "address")) {
				t.Errorf("%s: the field %q sounds like an address", name, field)
			}
		}
		want := "each"
		if name == "subscribe" {
			want = "weekly"
			for _, field := range []string{"name", "topics", "at", "signature"} {
				if fields[field] == 0 {
					t.Errorf("%s: no field %q", name, field)
				}
			}
		}
		if checked != want {
			t.Errorf("%s: the cadence chosen is %q, not %q", name, checked, want)
		}
	}
}

// TestWordsAreEscaped: what an author writes cannot become markup.
func TestWordsAreEscaped(t *testing.T) {
	const evil = `"><script>alert(1)</script>`
	s := sampleSettings()
	s.Title, s.Description, s.Author.Name, s.Author.Bio, s.Language = evil, evil, evil, evil, evil
	th, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	v := sampleReview()
	v.Title, v.Description, v.Author, v.Body = evil, evil, evil, ""
	v.Book.Title, v.Book.Author, v.Book.Cover, v.Book.Link = evil, evil, nil, "javascript:alert(1)"
	v.Tags = []Link{{Title: evil, URL: "javascript:alert(1)"}}
	v.Older = &Link{Title: evil, URL: "/x/"}
	if err := th.Article(&b, v); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "<script>") || strings.Contains(b.String(), `"javascript:`) {
		t.Error("words of the author became markup")
	}
	if icon := string(th.Assets()[1].Body); strings.Contains(icon, "<script") {
		t.Error("the icon holds markup")
	}
}

// TestEveryPageHasTheBox: wherever a reader is, the form is at the end of the page, but for
// error pages, redirects and the subscriber's own.
func TestEveryPageHasTheBox(t *testing.T) {
	th := sampleTheme(t)
	for name, page := range samplePages(t, th) {
		n := strings.Count(page, `<section class="box"`)
		without := slices.Contains([]string{"missing", "subscribe", "preferences", "redirect"}, name)
		if without != (n == 0) || n > 1 {
			t.Errorf("%s: there are %d", name, n)
		}
	}
}
