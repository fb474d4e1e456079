package post

import (
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// maxPlaces is how many addresses of the same page, and of the site, are looked at.
// There can be no more warnings than a quarter of that.
const maxPlaces = 200

// place takes note of an address that can be looked up when all is known.
func (in *inspector) place(to *[]Ref, r Ref) {
	if key := (Ref{To: r.To}); !in.seen[key] && len(*to) < maxPlaces {
		in.seen[key] = true
		*to = append(*to, r)
	}
}

// findParts warns of links to places on the page that are not there.
func (in *inspector) findParts() {
	if len(in.parts) == 0 {
		return
	}
	anchors := in.p.Anchors()
	for _, part := range in.parts {
		if anchors.Has(part.To[1:]) {
			continue
		}
		if near := anchors.Nearest(part.To[1:]); near != "" {
			in.warn(part.Line, fmt.Sprintf("the link to “%s” leads nowhere on this page; did you mean “#%s”?", short(part.To), near))
			continue
		}
		in.warn(part.Line, fmt.Sprintf("the link to “%s” leads nowhere on this page; a place gets a name if you write it behind a heading, as in “## Glue {#glue}”", short(part.To)))
	}
}

// Anchors are the places of a post's page that a link can lead to.
type Anchors struct {
	ids []string // in order
	has map[string]bool
}

// Anchors renders the post to list its places, so it costs what [Post.HTML] does.
func (p *Post) Anchors() Anchors {
	a := Anchors{ids: idsOf(p.HTML(everything{}))}
	a.has = make(map[string]bool, len(a.ids))
	for _, id := range a.ids {
		a.has[id] = true
	}
	return a
}

// Has tells whether a link's fragment, as written behind the "#", leads to a place.
func (a Anchors) Has(fragment string) bool {
	id := decodeFragment(fragment)
	return id == "" || id == "main" || strings.EqualFold(id, "top") || a.has[id]
}

// Nearest is the id that a fragment was probably meant to be, or "".
func (a Anchors) Nearest(fragment string) string {
	return nearest(decodeFragment(fragment), a.ids[:min(len(a.ids), maxPlaces)])
}

// decodeFragment is the id that a browser looks for.
func decodeFragment(fragment string) string {
	if plain, err := url.PathUnescape(fragment); err == nil {
		return plain
	}
	return fragment
}

// everything is a [Resolver] to which all references lead somewhere.
type everything struct{}

func (everything) Link(string) (string, bool)   { return "/", true }
func (everything) Image(string) (Picture, bool) { return Picture{URL: "/"}, true }

// idsOf lists the ids in a piece of HTML.
func idsOf(body string) []string {
	var ids []string
	z := html.NewTokenizer(strings.NewReader(body))
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		for _, a := range z.Token().Attr {
			if a.Key == "id" {
				ids = append(ids, a.Val)
			}
		}
	}
	return ids
}
