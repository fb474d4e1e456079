package site

import (
	"bytes"
	"cmp"
	"time"
)

// writeAtom writes Atom 1.0 (RFC 4287). An entry without an author would be
// invalid unless the feed has one, so the site's title stands in for a name.
func writeAtom(w *bytes.Buffer, f *feed) error {
	x := newXML(w)
	attributes := []string{"xmlns", "http://www.w3.org/2005/Atom"}
	if f.Language != "" {
		attributes = append(attributes, "xml:lang", f.Language)
	}
	x.open("feed", attributes...)
	x.text("id", f.Home)
	x.text("title", f.Title)
	x.optional("subtitle", f.Description)
	x.text("updated", f.Updated.Format(time.RFC3339))
	x.empty("link", "rel", "self", "type", "application/atom+xml", "href", f.Self)
	x.empty("link", "rel", "alternate", "type", "text/html", "href", f.Home)
	x.open("author")
	x.text("name", cmp.Or(f.Author, f.Title))
	x.text("uri", f.Home)
	x.close("author")
	x.text("generator", "pennypost")
	x.optional("logo", f.Icon)
	for i := range f.Items {
		it := &f.Items[i]
		x.open("entry")
		x.text("id", it.ID)
		x.text("title", it.Title)
		x.empty("link", "rel", "alternate", "type", "text/html", "href", it.URL)
		if it.Image != nil {
			x.empty("link", "rel", "enclosure", "type", it.ImageType, "href", it.Image.URL)
		}
		x.text("published", it.Published.Format(time.RFC3339))
		x.text("updated", it.Updated.Format(time.RFC3339))
		if it.Author != "" && it.Author != f.Author {
			x.open("author")
			x.text("name", it.Author)
			x.close("author")
		}
		for _, tag := range it.Tags {
			x.empty("category", "term", tag)
		}
		x.optional("summary", it.Summary, "type", "text")
		x.html("content", it.Content, "type", "html")
		x.close("entry")
	}
	x.close("feed")
	return nil
}
