package post

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// allowed is what bluemonday lets through: the elements and attributes that this
// package writes. It is built once, when first needed, and never changed.
var allowed = sync.OnceValue(newPolicy)

func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "div", "span", "br", "hr", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "code",
		"table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "colgroup", "col", "figure", "figcaption", "details", "summary",
		"h2", "h3", "h4", "h5", "h6", "b", "i", "em", "strong", "small", "s", "u", "sub", "sup", "kbd", "samp", "var", "abbr", "cite", "q", "dfn",
		"mark", "ins", "del", "time", "bdi", "bdo", "ruby", "rt", "rp", "wbr", "section", "article", "aside", "address")
	p.AllowNoAttrs().OnElements("a", "span")
	words := regexp.MustCompile(`^[A-Za-z0-9 _-]+$`)
	number := regexp.MustCompile(`^[0-9]{1,6}$`)
	p.AllowAttrs("class").Matching(words).Globally()
	p.AllowAttrs("id").Matching(regexp.MustCompile(`^[\pL\pN\pM:._-]+$`)).Globally()
	p.AllowAttrs("title").Globally()
	p.AllowAttrs("lang").Matching(words).Globally()
	p.AllowAttrs("dir").Matching(regexp.MustCompile(`^(?i:ltr|rtl|auto)$`)).Globally()
	p.AllowAttrs("role").Matching(regexp.MustCompile(`^(note|doc-noteref|doc-backlink|doc-endnotes)$`)).Globally()
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("src", "srcset", "sizes", "alt", "loading", "decoding").OnElements("img")
	p.AllowAttrs("width", "height").Matching(number).OnElements("img")
	p.AllowAttrs("align").Matching(regexp.MustCompile(`^(left|right|center)$`)).OnElements("td", "th", "p", "div", "table")
	p.AllowAttrs("colspan", "rowspan", "span").Matching(number).OnElements("td", "th", "col", "colgroup")
	p.AllowAttrs("start").Matching(number).OnElements("ol")
	p.AllowAttrs("reversed").OnElements("ol")
	p.AllowAttrs("value").Matching(number).OnElements("li")
	p.AllowAttrs("datetime").OnElements("time", "ins", "del")
	p.AllowAttrs("cite").OnElements("blockquote", "q", "ins", "del")
	p.AllowAttrs("open").OnElements("details")
	p.AllowAttrs("tabindex").Matching(regexp.MustCompile(`^0$`)).OnElements("pre", "div")
	p.AllowAttrs("type").Matching(regexp.MustCompile(`^checkbox$`)).OnElements("input")
	p.AllowAttrs("checked", "disabled").OnElements("input")
	p.AllowAttrs("aria-label").Matching(regexp.MustCompile(`^(done|to do)$`)).OnElements("input")
	p.AllowURLSchemes("http", "https", "mailto", "tel", "sms", "ftp", "xmpp", "irc", "ircs", "matrix", "geo", "magnet", "gemini", "webcal", "feed",
		"news", "signal", "whatsapp", "facetime", "skype")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	return p
}

// maxPasses is how often a body is parsed until nothing changes any more.
const maxPasses = 4

// sanitise makes well-formed HTML of a body that holds raw HTML and lets nothing
// through that is not allowed. It reports false for one too tangled to parse.
//
// What a parser builds is not always what it would build of it again: a link may end
// up in a link by way of a table. So it is parsed until it stays as it is; otherwise
// readers' browsers would see another page than the one that was looked at.
func sanitise(body []byte) ([]byte, bool) {
	was := string(body)
	for range maxPasses {
		is, err := balance(was)
		if err != nil || len(is) > 4*len(body)+4096 { // reopened formatting, over and over
			return nil, false
		}
		if is == was {
			return allowed().SanitizeBytes([]byte(is)), true
		}
		was = is
	}
	return nil, false
}

// balance is a body as a browser sees it: what was left open is closed, no id is
// there twice (of a link that is reopened in each paragraph), no link in a link.
func balance(body string) (string, error) {
	context := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(body), context)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	ids := map[string]bool{}
	for _, n := range nodes {
		unlink(n, ids, false)
		if err := html.Render(&out, n); err != nil {
			return "", err
		}
	}
	return out.String(), nil
}

// unlink takes ids that are known and links within a link off the elements below a
// node; what the links are around stays.
func unlink(n *html.Node, ids map[string]bool, inLink bool) {
	if n.Type == html.ElementNode {
		n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool {
			known := a.Key == "id" && ids[a.Val]
			if a.Key == "id" {
				ids[a.Val] = true
			}
			return known
		})
		if n.DataAtom == atom.A && inLink {
			n.Data, n.DataAtom = "span", atom.Span
			n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "href" })
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		unlink(c, ids, inLink || n.DataAtom == atom.A)
	}
}
