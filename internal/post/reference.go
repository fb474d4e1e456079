package post

import (
	"net/url"
	"path"
	"strings"

	"github.com/yuin/goldmark/util"
)

// target is what a link or an image leads to, judged by its text alone.
type target uint8

const (
	unsafe   target = iota // a scheme that runs code or means nothing on the web
	nowhere                // empty, or an address on the web that names no site
	page                   // an address, on this site or another
	fragment               // a place on the same page
	file                   // another post or page of the author, by file name
	picture                // a picture of the author, by file name
	document               // a file that is not published (PDF, Word, sound …)
)

// classify judges an unescaped destination.
func classify(ref string) target {
	if ref == "" {
		return nowhere
	}
	if ref[0] == '#' {
		return fragment
	}
	switch scheme(ref) {
	case "":
	case "http", "https":
		if external(ref) {
			return web(ref)
		}
		return unsafe // "https:x" is relative to a page of the same scheme, and else another site's
	case "mailto", "tel", "sms", "ftp", "xmpp", "irc", "ircs", "matrix", "geo", "magnet", "gemini", "webcal", "feed", "news", "signal", "whatsapp", "facetime", "skype":
		return page
	default:
		return unsafe
	}
	if strings.HasPrefix(ref, "//") || strings.HasPrefix(ref, `\\`) || strings.HasPrefix(ref, `/\`) {
		return web(ref)
	}
	name := refPath(ref)
	switch ext := strings.ToLower(path.Ext(name)); {
	case IsMarkdown(name):
		return file
	case IsImage(name):
		return picture
	case ref[0] == '/':
		return page
	case ext == ".pdf", ext == ".doc", ext == ".docx", ext == ".odt", ext == ".xls", ext == ".xlsx", ext == ".csv", ext == ".ppt", ext == ".pptx", ext == ".zip",
		ext == ".mp3", ext == ".m4a", ext == ".ogg", ext == ".wav", ext == ".mp4", ext == ".mov", ext == ".webm", ext == ".epub", ext == ".ics":
		return document
	}
	return page
}

// web is a page on another site, if the address names one at all: behind the first slashes.
func web(ref string) target {
	host := strings.TrimLeft(ref[max(0, strings.IndexAny(ref, `/\`)):], `/\`)
	if end := strings.IndexAny(host, `/\?#`); end >= 0 {
		host = host[:end]
	}
	if strings.Trim(host, "@: \t\r\n") == "" {
		return nowhere
	}
	return page
}

// scheme is the part before the first colon, without the blanks and control
// characters that browsers drop; "" if the reference has none.
func scheme(ref string) string {
	var b strings.Builder
	for _, r := range ref {
		switch {
		case r == ':':
			return strings.ToLower(b.String())
		case r == '/' || r == '?' || r == '#':
			return ""
		case r > ' ' && r != 0x7f && r != 0xad && r != 0xfeff && !(r >= 0x200b && r <= 0x200f):
			b.WriteRune(r)
		}
	}
	return ""
}

// refPath is the path of a reference, without query and fragment, decoded.
func refPath(ref string) string {
	ref, _, _ = strings.Cut(ref, "#")
	ref, _, _ = strings.Cut(ref, "?")
	if plain, err := url.PathUnescape(ref); err == nil {
		ref = plain
	}
	return ref
}

// based is a [Resolver] that knows the site's address, so that root-relative
// links ("/about/") can be made whole in mails and feeds.
type based interface{ Base() string }

// placed is a [Resolver] that knows the address of the post's page, empty if it has
// none, so that relative links ("../other/") lead to the same place from a mail, a
// feed or a preview as from there.
type placed interface{ Page() string }

// onSite tells an address of the site itself that was written out, from its root or
// from the page it stands on.
func onSite(ref string) bool {
	return classify(ref) == page && scheme(ref) == "" && !external(ref)
}

// Resolve is where such an address leads from a page, whose own address begins at the
// root or is whole; "" if it cannot be read.
func Resolve(page, ref string) string {
	from, err := url.Parse(page)
	if err != nil {
		return ""
	}
	to, err := from.Parse(string(util.URLEscape([]byte(ref), false)))
	if err != nil {
		return ""
	}
	if to.Host == "" { // two slashes in front would name another site
		to.Path, to.RawPath = "/"+strings.TrimLeft(to.Path, "/"), ""
	}
	return to.String()
}

// href is where a link leads: the address for its attribute, not yet escaped for
// HTML. It is empty where there is nothing to lead to.
func (w *writer) href(ref string) string {
	switch classify(ref) {
	case unsafe, nowhere, document:
		return ""
	case fragment:
		if w.mail {
			return "" // headings have no ids there
		}
	case file:
		if w.r == nil {
			return ""
		}
		to, ok := w.r.Link(ref)
		if !ok {
			return ""
		}
		ref = to
	case picture:
		p, ok := w.picture(ref)
		if !ok {
			return ""
		}
		ref = p.URL
	case page:
		if strings.HasPrefix(ref, "//") { // from a mail too
			ref = "https:" + ref
		}
		if !onSite(ref) {
			break
		}
		if p, ok := w.r.(placed); ok && p.Page() != "" {
			ref = Resolve(p.Page(), ref)
		} else if b, ok := w.r.(based); ok && ref[0] == '/' {
			ref = b.Base() + ref
		}
	}
	return string(util.URLEscape([]byte(ref), false))
}

// picture asks for a picture of the author's.
func (w *writer) picture(ref string) (Picture, bool) {
	if w.r == nil {
		return Picture{}, false
	}
	return w.r.Image(ref)
}
