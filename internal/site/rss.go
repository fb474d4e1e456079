package site

import (
	"bytes"
	"cmp"
	"time"
)

// rssTime is the date of RFC 822 with a four-digit year that RSS asks for.
const rssTime = time.RFC1123Z

// writeRSS writes RSS 2.0 (rssboard.org/rss-specification) with the content module,
// Dublin Core for authors (RSS's own `author` wants an e-mail address) and Atom's
// link to itself.
func writeRSS(w *bytes.Buffer, f *feed) error {
	x := newXML(w)
	x.open("rss", "version", "2.0",
		"xmlns:atom", "http://www.w3.org/2005/Atom",
		"xmlns:content", "http://purl.org/rss/1.0/modules/content/",
		"xmlns:dc", "http://purl.org/dc/elements/1.1/")
	x.open("channel")
	x.text("title", f.Title)
	x.text("link", f.Home)
	x.text("description", cmp.Or(f.Description, f.Title))
	x.optional("language", f.Language)
	x.text("lastBuildDate", f.Updated.Format(rssTime))
	x.text("generator", "pennypost")
	x.text("docs", "https://www.rssboard.org/rss-specification")
	x.empty("atom:link", "href", f.Self, "rel", "self", "type", "application/rss+xml")
	if f.Icon != "" {
		x.open("image")
		x.text("url", f.Icon)
		x.text("title", f.Title) // both the same as the channel's, says the specification
		x.text("link", f.Home)
		x.close("image")
	}
	for i := range f.Items {
		it := &f.Items[i]
		x.open("item")
		x.text("title", it.Title)
		x.text("link", it.URL)
		x.text("guid", it.ID, "isPermaLink", "false")
		x.text("pubDate", it.Published.Format(rssTime))
		x.optional("dc:creator", it.Author)
		for _, tag := range it.Tags {
			x.text("category", tag)
		}
		x.optional("description", it.Summary)
		x.html("content:encoded", it.Content)
		if it.Image != nil {
			// The size in bytes is not known before the picture is made; the
			// specification's best practice for that is 0.
			x.empty("enclosure", "url", it.Image.URL, "length", "0", "type", it.ImageType)
		}
		x.close("item")
	}
	x.close("channel")
	x.close("rss")
	return nil
}
