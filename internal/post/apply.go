package post

import (
	"fmt"
	"path"
	"strings"
)

// apply fills in what the front matter says and leaves the rest as it was.
func (f *front) apply(m *Meta) {
	if t := plainLine(f.text("title"), maxTitle); t != "" {
		m.Title = t
	}
	f.applyState(m)
	if t, text := f.date("date"); text != "" {
		m.Date, m.DateText = t, text
	}
	// Hugo has both, and shows nothing before the later of them.
	if t, text := f.date("publish"); t.After(m.Date) {
		m.Date, m.DateText = t, text
	}
	m.Updated, _ = f.date("updated")
	if s := f.text("slug"); s != "" {
		m.Slug = Slugify(path.Base("/" + strings.Trim(s, "/")))
	}
	m.Description = plainLine(f.text("description"), maxDescription)
	f.applyImage(m)
	f.applyTags(m)
	if h, ok := f.heard["author"]; ok {
		m.Author = clamp(oneLine(strings.Join(h.value.names(), ", ")), maxTitle)
	}
	f.applyAddresses(m)
	m.TOC, _ = f.yes("toc")
	f.applyMailing(m)
	m.Subject, m.Preview = clamp(f.text("subject"), maxTitle), clamp(f.text("preview"), maxTitle)
	f.applyBook(m)
}

// names are the authors in a value; a comma may belong to one name.
func (v value) names() []string {
	if v.kind == scalar {
		return appendText(nil, v.text)
	}
	return v.texts()
}

// applyState settles draft from the ways in which systems say that a text is not public.
func (f *front) applyState(m *Meta) {
	if h, ok := f.heard["date"]; ok && fold(h.name) == "published" && h.value.kind == scalar {
		if on, is := truth(h.value.text); is { // Jekyll's published: false
			m.Draft = m.Draft || !on
			delete(f.heard, "date")
		}
	}
	if on, set := f.yes("draft"); set {
		m.Draft = on
	}
	if h, ok := f.heard["status"]; ok {
		switch s := strings.ToLower(f.text("status")); s {
		case "published", "publish", "public", "live", "scheduled", "future", "sent", "":
		case "draft", "auto-draft":
			m.Draft = true
		default:
			m.Draft = true
			f.warn(h.line, fmt.Sprintf("“%s: %s” is taken for a draft; write %s: published to publish it", h.name, short(s), h.name))
		}
	}
	if h, ok := f.heard["visibility"]; ok {
		if s := strings.ToLower(f.text("visibility")); s != "public" && s != "" {
			m.Draft = true
			f.warn(h.line, fmt.Sprintf("“%s: %s” is kept as a draft, because every post here is public; write visibility: public to publish it", h.name, short(s)))
		}
	}
	if h, ok := f.heard["private"]; ok {
		if on, is := truth(h.value.text); !is || on {
			m.Draft = true
			f.warn(h.line, fmt.Sprintf("“%s” makes this a draft, because every post here is public; delete the line to publish it", h.name))
		}
	}
	if h, ok := f.heard["expiry"]; ok {
		f.warn(h.line, fmt.Sprintf("“%s” has no effect: nothing is taken down by itself", h.name))
	}
}

func (f *front) applyMailing(m *Meta) {
	h, ok := f.heard["email"]
	if !ok {
		return
	}
	if h.value.kind == mapping { // Ghost keeps a record of the mail here
		return
	}
	switch strings.ToLower(f.text("email")) {
	case "", "true", "yes", "on", "default":
	case "now", "instant", "immediately":
		m.Mailing = MailNow
	case "digest", "weekly":
		m.Mailing = MailDigest
	case "none", "no", "never", "false", "off":
		m.Mailing = MailNone
	default:
		if strings.Contains(h.value.text, "@") { // somebody's address, which is repeated nowhere
			f.warn(h.line, fmt.Sprintf("“%s” says here how a post is mailed (now, digest or none), so the address was left out", h.name))
			return
		}
		f.fail(h.line, fmt.Sprintf("“%s: %s” is not a way of mailing a post", h.name, short(h.value.text)),
			"Write email: now, email: digest or email: none, or leave the line out.")
	}
}
