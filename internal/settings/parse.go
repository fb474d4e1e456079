package settings

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Parse reads site.yaml. Whatever it does not say keeps the value of [Default].
// All mistakes are told at once: the error joins an [*Error] for each (see
// [Errors]), and the settings are nil then. Names that mean nothing are warnings.
func Parse(text []byte) (*Settings, []Warning, error) {
	r := &reader{}
	s := Default()
	if clean, ok := r.decode(text); ok {
		r.lines = strings.Split(clean, "\n")
		if root := r.readTree(clean); root != nil {
			r.site(root, s)
		}
	}
	if err := r.err(); err != nil {
		return nil, r.warns, err
	}
	return s, r.warns, nil
}

// decode is the file as text with plain line ends; false, after a word to the
// author, if it is none.
func (r *reader) decode(text []byte) (string, bool) {
	if len(text) > MaxBytes {
		r.fail(&node{}, fmt.Sprintf("the file is %d KB long.", (len(text)+1023)/1024), "Settings take at most 64 KB; texts belong into posts and pages.")
		return "", false
	}
	if bytes.HasPrefix(text, []byte{0xff, 0xfe}) || bytes.HasPrefix(text, []byte{0xfe, 0xff}) {
		r.fail(&node{line: 1}, "the file is saved as UTF-16.", "Save it again with the encoding UTF-8.")
		return "", false
	}
	s := strings.TrimPrefix(string(text), "\uFEFF")
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	for i, line := range strings.Split(s, "\n") {
		if !utf8.ValidString(line) {
			r.fail(&node{line: i + 1}, "this line holds letters that are not saved as UTF-8.", "Save the file again with the encoding UTF-8.")
			return "", false
		}
		if strings.IndexByte(line, 0) >= 0 {
			r.fail(&node{line: i + 1}, "this is not a text file.", "Write the settings with a plain text editor.")
			return "", false
		}
	}
	return s, true
}

// site reads the whole file into s and derives what follows from it: who mail
// is from and who is answered, where only the domain and the author are given.
func (r *reader) site(root *node, s *Settings) {
	r.section(root, "", keys{
		"title":       r.text(&s.Title, "title", 200),
		"url":         r.siteURL(&s.URL),
		"description": r.text(&s.Description, "description", 500),
		"language":    r.language(&s.Language),
		"timezone":    r.timezone(s),
		"permalink":   r.permalink(&s.Permalink),
		"page_size":   r.number(&s.PageSize, "page_size", 1, 200),
		"nav":         r.nav(&s.Nav),
		"topics":      r.topics(&s.Topics),
		"author":      func(n *node) { r.author(n, &s.Author) },
		"theme":       func(n *node) { r.theme(n, &s.Theme) },
		"newsletter":  func(n *node) { r.newsletter(n, &s.Newsletter) },
	})
	s.deriveFrom()
	if s.Newsletter.ReplyTo == "" {
		s.Newsletter.ReplyTo = s.Author.Email
	}
}

// author reads who writes; a single text is the name.
func (r *reader) author(n *node, a *Author) {
	if n.shape == scalar {
		r.text(&a.Name, "author", 200)(n)
		return
	}
	r.section(n, "author", keys{
		"name":  r.text(&a.Name, "author.name", 200),
		"bio":   r.paragraph(&a.Bio, "author.bio", 2000),
		"photo": r.picture(&a.Photo, "author.photo"),
		"email": r.bareEmail(&a.Email, "author.email"),
	})
}

// theme reads the look. A dark accent that is not set follows from the accent.
func (r *reader) theme(n *node, t *Theme) {
	dark := ""
	r.section(n, "theme", keys{
		"accent":      r.colour(&t.Accent, "theme.accent"),
		"accent_dark": r.colour(&dark, "theme.accent_dark"),
		"logo":        r.picture(&t.Logo, "theme.logo"),
		"font":        r.choice(&t.Font, "theme.font", "serif", "sans"),
	})
	t.AccentDark = dark
	if dark == "" {
		t.AccentDark = lighten(t.Accent)
	}
}

// newsletter reads how mail goes out.
func (r *reader) newsletter(n *node, l *Newsletter) {
	r.section(n, "newsletter", keys{
		"domain":               r.domain(&l.Domain),
		"from":                 r.mailbox(&l.From, "newsletter.from"),
		"reply_to":             r.mailbox(&l.ReplyTo, "newsletter.reply_to"),
		"address":              r.paragraph(&l.Address, "newsletter.address", 500),
		"region":               r.choice(&l.Region, "newsletter.region", "us", "eu"),
		"undo":                 func(n *node) { l.UndoSet = r.duration(&l.Undo, n, "newsletter.undo", 0, maxUndo) },
		"max_age":              func(n *node) { r.duration(&l.MaxAge, n, "newsletter.max_age", minAge, maxAge) },
		"max_per_hour":         r.number(&l.MaxPerHour, "newsletter.max_per_hour", 1, 1000),
		"batch":                r.number(&l.Batch, "newsletter.batch", 1, 1000),
		"per_hour":             r.number(&l.PerHour, "newsletter.per_hour", 0, 100_000_000),
		"per_day":              r.number(&l.PerDay, "newsletter.per_day", 0, 1_000_000_000),
		"max_signups_per_hour": r.number(&l.MaxSignupsPerHour, "newsletter.max_signups_per_hour", 1, 100_000),
		"weekly":               func(n *node) { r.weekly(n, &l.Weekly) },
		"monthly":              func(n *node) { r.monthly(n, &l.Monthly) },
	})
}
