package post

import (
	"fmt"
	"net/url"
	"slices"
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
	ids := idsOf(in.p.HTML(everything{}))
	for _, part := range in.parts {
		id := part.To[1:]
		if plain, err := url.PathUnescape(id); err == nil {
			id = plain
		}
		if id == "" || id == "main" || strings.EqualFold(id, "top") || slices.Contains(ids, id) {
			continue
		}
		if near := nearest(id, ids[:min(len(ids), maxPlaces)]); near != "" {
			in.warn(part.Line, fmt.Sprintf("the link to “%s” leads nowhere on this page; did you mean “#%s”?", short(part.To), near))
			continue
		}
		in.warn(part.Line, fmt.Sprintf("the link to “%s” leads nowhere on this page; a place gets a name if you write it behind a heading, as in “## Glue {#glue}”", short(part.To)))
	}
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
