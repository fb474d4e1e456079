package theme

import (
	"html/template"
	"strconv"
	"strings"
	"time"
)

// markup is HTML written in this package. Only constants turn into it by
// themselves, so words from elsewhere cannot be put on a page unescaped by mistake.
type markup string

// writer puts a page together. Pages are written by hand rather than by
// html/template: that takes a tenth of the time, and a function without its
// reflection starts sooner and is 2 MB smaller.
type writer struct {
	b        []byte
	pictures int // written so far
}

// eager is how many pictures of a page are fetched with it; the others wait until
// they come near.
const eager = 4

// raw writes markup.
func (w *writer) raw(m markup) { w.b = append(w.b, m...) }

// html writes what others have made safe: bodies, forms.
func (w *writer) html(h template.HTML) { w.b = append(w.b, h...) }

// text writes words, for use between tags and in quoted attributes.
func (w *writer) text(s string) {
	done := 0
	for i := 0; i < len(s); i++ {
		var entity string
		switch s[i] {
		case '&':
			entity = "&amp;"
		case '<':
			entity = "&lt;"
		case '>':
			entity = "&gt;"
		case '"':
			entity = "&#34;"
		case 0:
			entity = "\uFFFD"
		default:
			continue
		}
		w.b = append(append(w.b, s[done:i]...), entity...)
		done = i + 1
	}
	w.b = append(w.b, s[done:]...)
}

// around writes words between two pieces of markup.
func (w *writer) around(before markup, s string, after markup) {
	w.raw(before)
	w.text(s)
	w.raw(after)
}

// some is around, and nothing at all where there are no words.
func (w *writer) some(before markup, s string, after markup) {
	if s != "" {
		w.around(before, s, after)
	}
}

// number writes n between two pieces of markup.
func (w *writer) number(before markup, n int, after markup) {
	w.raw(before)
	w.b = strconv.AppendInt(w.b, int64(n), 10)
	w.raw(after)
}

// url writes an address for an attribute; one that would run a script leads nowhere.
func (w *writer) url(s string) {
	if colon := strings.IndexByte(s, ':'); colon >= 0 && !strings.ContainsAny(s[:colon], "/?#") {
		switch strings.ToLower(strings.TrimSpace(s[:colon])) {
		case "http", "https", "mailto":
		default:
			s = "#"
		}
	}
	w.text(s)
}

// link writes <a href="…" and the rest of the tag.
func (w *writer) link(before markup, url string, after markup) {
	w.raw(before)
	w.url(url)
	w.raw(after)
}

// time writes a <time> element that shows the day.
func (w *writer) time(at time.Time) { w.moment(at, time.RFC3339, "2 January 2006") }

// moment writes a <time> element in the given layouts for machine and reader.
func (w *writer) moment(at time.Time, machine, shown string) {
	w.raw(`<time datetime="`)
	w.b = at.AppendFormat(w.b, machine)
	w.raw(`">`)
	w.b = at.AppendFormat(w.b, shown)
	w.raw(`</time>`)
}

// placing says how a picture is put on a page.
type placing struct {
	class, sizes markup
	first        bool // seen first: fetched at once, others when they come near
	mute         bool // what it shows is said beside it: no alternative text
}

// image writes an <img> element.
func (w *writer) image(p *Picture, how placing) {
	w.raw("<img")
	if how.class != "" {
		w.raw(` class="` + how.class + `"`)
	}
	w.link(` src="`, p.URL, `"`)
	if p.Srcset != "" {
		w.around(` srcset="`, p.Srcset, `"`)
		w.raw(` sizes="` + how.sizes + `"`)
	}
	if p.Width > 0 && p.Height > 0 {
		w.number(` width="`, p.Width, `"`)
		w.number(` height="`, p.Height, `"`)
	}
	if how.mute {
		w.raw(` alt=""`)
	} else {
		w.around(` alt="`, p.Alt, `"`)
	}
	if how.first {
		w.raw(` fetchpriority="high"`)
	} else if w.pictures >= eager {
		w.raw(` loading="lazy"`)
	}
	w.pictures++
	w.raw(">")
}
