package theme

import (
	"strings"
	"time"
)

// top writes a page from its doctype to the header. Where the site's title is the
// page's own heading (a masthead) the header leaves it out.
func (f *frame) top(w *writer, p *Page, masthead bool) {
	w.html(f.open)
	w.around("<title>", f.title(p), "</title>\n")
	w.some(`<meta name="description" content="`, f.description(p), "\">\n")
	if p.NoIndex {
		w.raw(`<meta name="robots" content="noindex">` + "\n")
	}
	if p.Path != "" || p.Canonical != "" {
		w.link(`<link rel="canonical" href="`, f.canonical(p), "\">\n")
	}
	if p.Prev != "" {
		w.link(`<link rel="prev" href="`, p.Prev, "\">\n")
	}
	if p.Next != "" {
		w.link(`<link rel="next" href="`, p.Next, "\">\n")
	}
	if !p.NoIndex {
		f.social(w, p)
	}
	w.html(f.links)
	if p.JSONLD != "" {
		w.raw(`<script type="application/ld+json">`)
		// The document is said to be safe here; this keeps it within its element anyway.
		w.b = append(w.b, strings.ReplaceAll(string(p.JSONLD), "</", `<\/`)...)
		w.raw("</script>\n")
	}
	w.raw(`</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
`)
	f.header(w, p, masthead)
}

// bottom ends a page.
func (f *frame) bottom(w *writer) {
	w.raw("\n")
	w.html(f.footer)
	w.raw("</body>\n</html>\n")
}

// social writes what other sites show of a link to this page (Open Graph, and the
// one meta of Twitter's that has no counterpart there).
func (f *frame) social(w *writer, p *Page) {
	w.around(`<meta property="og:site_name" content="`, f.settings.Title, "\">\n")
	kind, title := p.Type, p.Title
	if kind == "" {
		kind = "website"
	}
	if title == "" {
		title = f.settings.Title
	}
	w.around(`<meta property="og:type" content="`, kind, "\">\n")
	w.around(`<meta property="og:title" content="`, title, "\">\n")
	w.some(`<meta property="og:description" content="`, f.description(p), "\">\n")
	if p.Path != "" || p.Canonical != "" {
		w.link(`<meta property="og:url" content="`, f.canonical(p), "\">\n")
	}
	card := "summary"
	if i := p.Image; i != nil {
		card = "summary_large_image"
		w.link(`<meta property="og:image" content="`, f.absolute(i.URL), "\">\n")
		if i.Width > 0 && i.Height > 0 {
			w.number(`<meta property="og:image:width" content="`, i.Width, "\">\n")
			w.number(`<meta property="og:image:height" content="`, i.Height, "\">\n")
		}
		w.some(`<meta property="og:image:alt" content="`, i.Alt, "\">\n")
	}
	if kind == "article" {
		if !p.Published.IsZero() {
			w.around(`<meta property="article:published_time" content="`, p.Published.Format(time.RFC3339), "\">\n")
		}
		if !p.Updated.IsZero() {
			w.around(`<meta property="article:modified_time" content="`, p.Updated.Format(time.RFC3339), "\">\n")
		}
		for _, t := range p.Tags {
			w.around(`<meta property="article:tag" content="`, t.Title, "\">\n")
		}
	}
	w.around(`<meta name="twitter:card" content="`, card, "\">\n")
}

// title is what the browser's tab says: the page, then the site.
func (f *frame) title(p *Page) string {
	if p.Title == "" || p.Title == f.settings.Title {
		return f.settings.Title
	}
	return p.Title + " · " + f.settings.Title
}

// description is the page's own, or else the site's.
func (f *frame) description(p *Page) string {
	if p.Description != "" {
		return p.Description
	}
	return f.settings.Description
}

// canonical is the one address that search engines shall know the page by.
func (f *frame) canonical(p *Page) string {
	if p.Canonical != "" {
		return f.absolute(p.Canonical)
	}
	return f.absolute(p.Path)
}

// absolute is the address with scheme and host.
func (f *frame) absolute(url string) string {
	if strings.HasPrefix(url, "/") && !strings.HasPrefix(url, "//") {
		return f.settings.URL + url
	}
	return url
}
