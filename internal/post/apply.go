package post

import (
	"fmt"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// front gathers what front matter says before it becomes a [Meta].
type front struct {
	key      string
	loc      *time.Location
	heard    map[string]heard
	errs     []error
	warnings []Warning
}

// heard is the best value for a key so far. What stands at the top of the front
// matter goes before what stands in "extra" or "params".
type heard struct {
	field
	rank, depth int
}

// hear sorts fields under pennypost's keys.
func (f *front) hear(fields []field, depth int) {
	for _, one := range fields {
		key, rank, known := meaning(one.name)
		switch {
		case !known && depth == 0:
			f.unknown(one, keysKnown(), "")
			continue
		case key == "" || one.value.kind == nothing:
			continue
		case key == "inner":
			if depth == 0 && one.value.kind == mapping {
				f.hear(one.value.fields, depth+1)
			}
			continue
		case key == "tags" && f.heard[key].line != 0:
			// Hugo, Zola and Jekyll have tags and categories beside each other.
			one.value = value{kind: list, line: one.line, list: append(f.heard[key].value.items(), one.value.items()...)}
		default:
			if old, taken := f.heard[key]; taken && (old.depth < depth || old.depth == depth && old.rank <= rank) {
				continue
			}
		}
		f.heard[key] = heard{one, rank, depth}
	}
}

// items is a value as a list.
func (v value) items() []value {
	if v.kind == list {
		return v.list
	}
	var all []value
	for _, s := range v.texts() {
		all = append(all, value{kind: scalar, line: v.line, text: s})
	}
	return all
}

// unknown warns of a key that means nothing, naming the one that may be meant.
func (f *front) unknown(one field, known []string, prefix string) {
	text := fmt.Sprintf("“%s%s” is not a setting pennypost knows, so it was left out", prefix, short(one.name))
	if near := nearest(one.name, known); near != "" {
		text += fmt.Sprintf("; perhaps “%s%s” is meant", prefix, near)
	}
	f.warn(one.line, text)
}

func (f *front) warn(line int, text string) {
	if len(f.warnings) < 50 {
		f.warnings = append(f.warnings, Warning{Line: line, Text: text})
	}
}

func (f *front) fail(line int, what, instead string) {
	if len(f.errs) < 20 {
		f.errs = append(f.errs, &Error{Key: f.key, Line: line, What: what, Instead: instead})
	}
}

// text is a key's value on one line; empty if it is not set.
func (f *front) text(key string) string {
	h, ok := f.heard[key]
	if !ok {
		return ""
	}
	switch h.value.kind {
	case scalar:
		return strings.Join(strings.Fields(h.value.text), " ")
	case list:
		if all := h.value.texts(); len(all) == 1 {
			return all[0]
		}
	}
	f.fail(h.line, fmt.Sprintf("“%s” must be one line of text", h.name), fmt.Sprintf("Write %s: followed by the text.", h.name))
	return ""
}

// yes reads a key that is true or false; set is false if it is not given.
func (f *front) yes(key string) (on, set bool) {
	h, ok := f.heard[key]
	if !ok {
		return false, false
	}
	on, ok = truth(h.value.text)
	if !ok || h.value.kind != scalar {
		f.fail(h.line, fmt.Sprintf("“%s” must be true or false, not “%s”", h.name, short(h.value.text)), fmt.Sprintf("Write %s: true or %s: false.", h.name, h.name))
		return false, false
	}
	return on, true
}

func truth(text string) (on, ok bool) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "true", "yes", "on", "y", "1":
		return true, true
	case "false", "no", "off", "n", "0", "":
		return false, true
	}
	return false, false
}

// date reads a key that is a date; zero if it is not set.
func (f *front) date(key string) (time.Time, string) {
	text := f.text(key)
	if text == "" {
		return time.Time{}, ""
	}
	t, ok := parseDate(text, f.loc)
	if !ok {
		h := f.heard[key]
		f.fail(h.line, fmt.Sprintf("“%s: %s” is not a date", h.name, short(text)), dateHelp)
	}
	return t, text
}

// apply fills in what the front matter says and leaves the rest as it was.
func (f *front) apply(m *Meta) {
	if t := plainLine(f.text("title"), maxTitle); t != "" {
		m.Title = t
	}
	f.applyState(m)
	if t, text := f.date("date"); text != "" {
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

func (f *front) applyImage(m *Meta) {
	h, ok := f.heard["image"]
	if ok {
		m.Image = f.imagePath(h)
		v := h.value
		if v.kind == mapping {
			m.ImageAlt, m.ImageCaption = oneLine(v.named("alt", "image_alt")), oneLine(v.named("caption", "image_caption"))
		}
	}
	if s := f.text("image_alt"); s != "" {
		m.ImageAlt = s
	}
	if s := f.text("image_caption"); s != "" {
		m.ImageCaption = s
	}
	m.ImageAlt, m.ImageCaption = plainLine(m.ImageAlt, maxDescription), plainLine(m.ImageCaption, maxDescription)
	if external(m.Image) {
		f.warn(h.line, "the image lies on another site, so it is not shown; put a copy beside this file and write its name")
	}
}

// imagePath finds the one path in an image that may be a text, a list or a mapping.
func (f *front) imagePath(h heard) string {
	v := h.value
	if v.kind == list && len(v.list) > 0 {
		v = v.list[0]
	}
	if v.kind == mapping {
		return strings.TrimSpace(v.named("image", "src", "url", "path", "file", "filename", "feature", "overlay_image", "teaser", "relative"))
	}
	// "featured: true" or "header: no" name no image.
	if _, is := truth(v.text); is {
		return ""
	}
	return strings.TrimSpace(v.text)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func (f *front) applyTags(m *Meta) {
	seen := map[string]bool{}
	for _, tag := range f.heard["tags"].value.texts() {
		tag = plainLine(strings.TrimPrefix(tag, "#"), maxTag)
		if s := Slugify(tag); s != "" && !seen[s] && len(m.Tags) < maxTags {
			seen[s] = true
			m.Tags = append(m.Tags, tag)
		}
	}
}

// applyAddresses reads where else this text lives or lived.
func (f *front) applyAddresses(m *Meta) {
	if h, ok := f.heard["permalink"]; ok && h.value.kind == scalar {
		// "/:categories/:title/" is a pattern of Jekyll's; a plain path is an address.
		if at := sitePath(h.value.text); at != "" && !strings.Contains(at, ":") && !strings.Contains(at, "{") {
			if _, set := f.heard["slug"]; !set {
				last := path.Base(at)
				m.Slug = Slugify(strings.TrimSuffix(last, path.Ext(last)))
			}
			m.Aliases = append(m.Aliases, at)
		}
	}
	if h, ok := f.heard["aliases"]; ok {
		for _, text := range h.value.texts() {
			at := sitePath(text)
			if at == "" {
				f.warn(h.line, fmt.Sprintf("the alias “%s” is not an address on this site; write it as /old/address/", short(text)))
				continue
			}
			m.Aliases = append(m.Aliases, at)
		}
	}
	m.Aliases = distinct(m.Aliases)
	if text := f.text("canonical"); text != "" {
		u, err := url.Parse(text)
		if err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
			m.Canonical = u.String()
		} else {
			f.warn(f.heard["canonical"].line, fmt.Sprintf("“%s” is not a whole address, so it was left out; write one that begins with https://", short(text)))
		}
	}
	m.NoIndex, _ = f.yes("noindex")
	if strings.Contains(strings.ToLower(f.heard["robots"].value.text), "noindex") || f.heard["sitemap"].value.text == "false" {
		m.NoIndex = true
	}
}

// sitePath makes "/old/url/" of an address on this site, or "".
func sitePath(text string) string {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Opaque != "" {
		return ""
	}
	at := path.Clean("/" + u.Path)
	if at == "/" || len(at) > 500 || !utf8.ValidString(at) || strings.ContainsAny(at, "\\\n\t*") {
		return ""
	}
	return at + "/"
}

func distinct(all []string) []string {
	var kept []string
	seen := map[string]bool{}
	for _, s := range all {
		if !seen[s] {
			seen[s] = true
			kept = append(kept, s)
		}
	}
	return kept
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

func (f *front) applyBook(m *Meta) {
	h, ok := f.heard["book"]
	switch {
	case ok && h.value.kind == scalar:
		if b := titleByAuthor(h.value.text); b != nil {
			m.Book = b
		} else {
			m.Book = &Book{Title: unmark(h.value.text)}
		}
	case ok && h.value.kind == mapping:
		if m.Book == nil {
			m.Book = reviewed(m.Title)
		}
		if m.Book == nil {
			m.Book = &Book{}
		}
		f.readBook(m, h.value.fields)
		if m.Book.Title == "" {
			f.fail(h.line, "“book” names no title", "Write title: and the book's title below it, indented by two spaces.")
		}
	case ok:
		f.fail(h.line, "“book” must hold the book's title, author and so on", "Write book: and below it, indented by two spaces, title: and author:.")
	}
	if m.Book == nil {
		m.Book = reviewed(m.Title)
	}
	if m.Book == nil {
		return
	}
	if h, ok := f.heard["image"]; ok && m.Book.Cover == "" && strings.HasPrefix(fold(h.name), "cover") && !external(m.Image) {
		m.Book.Cover = m.Image // a review's cover is the book's
	}
	for _, key := range []string{"isbn", "isbn13", "rating", "stars"} {
		if one, ok := f.heard[key]; ok {
			f.bookField(m, one.field)
		}
	}
}

func (f *front) readBook(m *Meta, fields []field) {
	for _, one := range fields {
		if !f.bookField(m, one) {
			f.unknown(one, bookKeys(), "book: ")
		}
	}
}

// bookField reads one key below "book"; false if there is no such key.
func (f *front) bookField(m *Meta, one field) bool {
	b, text := m.Book, oneLine(one.value.text)
	if one.value.kind == list || one.value.kind == mapping {
		text = strings.Join(one.value.texts(), ", ")
	}
	switch fold(one.name) {
	case "title", "name":
		if text != "" {
			b.Title = unmark(text)
		}
	case "author", "authors", "by":
		if text != "" {
			b.Author = text
		}
	case "isbn", "isbn13", "isbn10":
		b.ISBN = text
	case "rating", "stars":
		if text == "" {
			return true
		}
		n, ok := rating(text)
		if !ok {
			what, instead := ratingHelp(text)
			f.fail(one.line, what, instead)
		}
		b.Rating, b.Rated = n, ok
	case "cover", "image":
		b.Cover = strings.TrimSpace(text)
		if external(b.Cover) {
			f.warn(one.line, "the cover lies on another site, so it is not shown; put a copy beside this file and write its name")
		}
	case "publisher":
		b.Publisher = text
	case "year", "published", "publicationyear":
		if text == "" {
			return true
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < -3000 || n > 9999 || n == 0 {
			f.fail(one.line, fmt.Sprintf("the year “%s” is not a year", short(text)), "Write four digits, for example year: 1984")
			return true
		}
		b.Year = n
	case "genre", "genres":
		b.Genre = text
	case "finished", "read", "finishedon", "dateread":
		if text == "" {
			return true
		}
		t, ok := parseDate(text, f.loc)
		if !ok {
			f.fail(one.line, fmt.Sprintf("“%s: %s” is not a date", one.name, short(text)), dateHelp)
		}
		b.Finished = t
	case "link", "url":
		if u, err := url.Parse(text); text != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "") {
			f.warn(one.line, fmt.Sprintf("the book's link “%s” is not a whole address, so it was left out; write one that begins with https://", short(text)))
			return true
		}
		b.Link = text
	case "subtitle", "series", "pages", "language", "translator", "started", "format", "edition":
	default:
		return false
	}
	return true
}

// short keeps a quotation from the author's text to a length fit for a message.
func short(s string) string {
	s = oneLine(s)
	if utf8.RuneCountInString(s) <= 60 {
		return s
	}
	return string([]rune(s)[:59]) + "…"
}

// external tells whether a path leads off the site.
func external(ref string) bool {
	low := strings.ToLower(ref)
	return strings.HasPrefix(low, "http://") || strings.HasPrefix(low, "https://") || strings.HasPrefix(low, "//")
}
