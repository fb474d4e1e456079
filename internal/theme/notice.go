package theme

import "io"

// Notice writes a page that says one thing, or holds one of the subscriber's
// forms. The classes that such a body can use are listed at [SubscribeForm].
func (t *Theme) Notice(to io.Writer, v *Notice) error {
	w := writer{b: make([]byte, 0, len(v.Body)+12<<10)}
	t.frame.top(&w, &v.Page, false)
	w.raw(`<main id="main">
<section class="notice">
`)
	w.some(`  <p class="kicker">`, v.Kicker, "</p>\n")
	w.around("  <h1>", or(v.Heading, v.Title), "</h1>\n")
	w.raw(`  <div class="notice-body">` + "\n")
	w.html(v.Body)
	w.raw("\n  </div>\n</section>\n")
	return t.end(&w, to, !v.NoBox)
}

// Redirect writes a page that leads on to another.
func (t *Theme) Redirect(to io.Writer, v *Redirect) error {
	w := writer{b: make([]byte, 0, 4<<10)}
	w.html(t.frame.open)
	w.around("<title>This page has moved · ", t.settings.Title, "</title>\n")
	w.raw(`<meta name="robots" content="noindex">` + "\n")
	w.link(`<meta http-equiv="refresh" content="0; url=`, v.To, "\">\n")
	w.link(`<link rel="canonical" href="`, t.frame.absolute(v.To), "\">\n")
	w.html(t.frame.links)
	w.raw(`</head>
<body>
<main id="main">
<section class="notice">
  <h1>This page has moved</h1>
  <div class="notice-body">
`)
	w.link(`    <p>It is now at <a href="`, v.To, `">`)
	w.around("", v.To, "</a>.</p>\n")
	w.raw(`  </div>
</section>
</main>
</body>
</html>
`)
	return w.end(to)
}
