package theme

import (
	"io"
	"strconv"
	"time"
)

// Archive writes the list of years, or one year.
func (t *Theme) Archive(to io.Writer, v *Archive) error {
	w := writer{b: make([]byte, 0, 16<<10)}
	t.frame.top(&w, &v.Page, false)
	w.raw(`<main id="main" class="wide">` + "\n")
	if v.Year == 0 {
		w.pageHeader("", or(v.Title, "Archive"), v.Description, nil, "")
		w.counted(v.Years)
	} else {
		w.raw(`<header class="page-header">
  <p class="kicker"><a href="/archive/">Archive</a></p>
`)
		w.around("  <h1>", strconv.Itoa(v.Year), "</h1>\n")
		w.some(`  <p class="lede">`, v.Description, "</p>\n")
		w.orders("Years", v.Years, v.Path)
		w.raw("</header>\n")
	}
	for i := range v.Months {
		w.month(&v.Months[i])
	}
	if len(v.Years) == 0 && len(v.Months) == 0 {
		w.raw(`<p class="empty">Nothing has been published here yet.</p>` + "\n")
	}
	return t.end(&w, to, true)
}

func (w *writer) month(m *ArchiveMonth) {
	w.around(`<section class="month">`+"\n  <h2>", m.Month.String(), "</h2>\n")
	w.raw(`  <ul class="entries">` + "\n")
	for i := range m.Cards {
		c := &m.Cards[i]
		w.raw("    <li>")
		w.moment(c.Date, time.RFC3339, "2 Jan")
		w.link(` <a href="`, c.URL, `">`)
		w.around("", c.Title, "</a></li>\n")
	}
	w.raw("  </ul>\n</section>\n")
}

// Links writes a plain list of links under a heading, such as all tags.
func (t *Theme) Links(to io.Writer, v *Links) error {
	w := writer{b: make([]byte, 0, 16<<10)}
	t.frame.top(&w, &v.Page, false)
	w.raw(`<main id="main" class="wide">` + "\n")
	w.pageHeader("", or(v.Heading, v.Title), v.Description, nil, "")
	if len(v.Links) == 0 {
		w.raw(`<p class="empty">There is nothing to list yet.</p>` + "\n")
	}
	w.counted(v.Links)
	return t.end(&w, to, true)
}

// counted writes links and how many posts stand behind each.
func (w *writer) counted(all []Link) {
	if len(all) == 0 {
		return
	}
	w.raw(`<ul class="counted">` + "\n")
	for _, l := range all {
		w.link(`  <li><a href="`, l.URL, `"><span class="name">`)
		w.around("", l.Title, "</span>")
		if l.Count > 0 {
			w.number(` <span class="count">`, l.Count, `<span class="unseen"> `)
			if l.Count == 1 {
				w.raw("post</span></span>")
			} else {
				w.raw("posts</span></span>")
			}
		}
		w.raw("</a></li>\n")
	}
	w.raw("</ul>\n")
}
