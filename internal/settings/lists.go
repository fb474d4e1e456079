package settings

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// Bounds of the lists; more than this is a mistake.
const (
	maxNav    = 30
	maxTopics = 20
	maxTags   = 50
)

// nav reads the navigation: a list of `title: url`, of {title, url}, or one
// mapping of titles to addresses. An empty list means none.
func (r *reader) nav(to *[]NavItem) func(*node) {
	return func(n *node) {
		const right = "Write a list of lines such as `- About: /about/`."
		var items []NavItem
		switch n.shape {
		case mapping:
			for _, f := range n.fields {
				items = r.navItem(items, f.name, f.value)
			}
		case list:
			for _, item := range n.items {
				switch {
				case item.shape == mapping && len(item.fields) == 1 && fold(item.fields[0].name) != "title" && fold(item.fields[0].name) != "url":
					items = r.navItem(items, item.fields[0].name, item.fields[0].value)
				case item.shape == mapping:
					var title, address string
					before := len(r.errs)
					r.section(item, "nav", keys{"title": r.text(&title, "nav.title", 80), "url": r.text(&address, "nav.url", 2000)})
					if len(r.errs) == before {
						items = r.navItem(items, title, &node{line: item.line, column: item.column, shape: scalar, text: address})
					}
				default:
					r.fail(item, "an entry of `nav` has no title or no address.", right)
				}
			}
		default:
			r.fail(n, "`nav` is not a list.", right)
			return
		}
		if len(items) > maxNav {
			r.fail(n, fmt.Sprintf("`nav` has %d entries.", len(items)), fmt.Sprintf("Use at most %d.", maxNav))
			return
		}
		*to = items
	}
}

// navItem adds one entry, if its title and address will do.
func (r *reader) navItem(items []NavItem, title string, value *node) []NavItem {
	title = strings.Join(strings.Fields(title), " ")
	address, ok := r.value(value, "nav."+title)
	switch {
	case title == "" || !ok:
		if value.shape == empty || value.shape == scalar {
			r.fail(value, "an entry of `nav` has no title or no address.", "Write it as in `- About: /about/`.")
		}
	case !navTarget(address):
		r.fail(value, fmt.Sprintf("%q in `nav` is not an address.", clip(address)), "Write a path that begins with a slash, as in `/about/`, or a whole address with https://.")
	default:
		return append(items, NavItem{Title: title, URL: address})
	}
	return items
}

// navTarget tells whether a link may lead there: a path on the site, a web or a mail address.
func navTarget(s string) bool {
	u, err := url.Parse(s)
	if err != nil || strings.ContainsAny(s, " \t\n\"<>\\") {
		return false
	}
	switch u.Scheme {
	case "":
		return u.Host == "" && strings.HasPrefix(s, "/")
	case "http", "https":
		return hostname.MatchString(u.Host)
	case "mailto":
		return strings.Contains(u.Opaque, "@")
	}
	return false
}

// topicID is what a topic's id may look like.
var topicID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

// topics reads what subscribers may choose among: a list of words (each a topic
// with the tag of that name), or of {id, title, tags, books}.
func (r *reader) topics(to *[]Topic) func(*node) {
	return func(n *node) {
		if n.shape != list {
			r.fail(n, "`topics` is not a list.", "Write lines such as `- title: Gardening` below `topics:`, moved in by two spaces.")
			return
		}
		var topics []Topic
		seen := map[string]int{}
		for _, item := range n.items {
			t, ok := r.topic(item)
			if !ok {
				continue
			}
			if first, twice := seen[t.ID]; twice {
				r.fail(item, fmt.Sprintf("the topic %q is there twice; the first one is in line %d.", t.ID, first), "Give one of them another `id`.")
				continue
			}
			seen[t.ID] = item.line
			topics = append(topics, t)
		}
		if len(topics) > maxTopics {
			r.fail(n, fmt.Sprintf("there are %d topics.", len(topics)), fmt.Sprintf("Use at most %d, so that subscribers can choose.", maxTopics))
			return
		}
		*to = topics
	}
}

// topic reads one topic.
func (r *reader) topic(n *node) (Topic, bool) {
	var t Topic
	before := len(r.errs)
	if n.shape == scalar {
		r.text(&t.Title, "topics", 80)(n)
		t.Tags = []string{t.Title}
	} else {
		r.section(n, "topics", keys{
			"id": r.text(&t.ID, "topics.id", 80), "title": r.text(&t.Title, "topics.title", 80),
			"tags": r.tags(&t.Tags), "books": r.yes(&t.Books, "topics.books"),
		})
	}
	if len(r.errs) > before {
		return t, false
	}
	if t.Title == "" {
		t.Title = t.ID
	}
	if t.ID == "" {
		t.ID = plainID(t.Title)
	}
	if !topicID.MatchString(t.ID) {
		r.fail(n, "a topic has no usable `id`.", "Give it a short one of small letters and digits, as in `id: gardening`.")
		return t, false
	}
	return t, true
}

// plainID makes an id of a title: its Latin letters and digits, joined by hyphens.
func plainID(title string) string {
	words := strings.FieldsFunc(strings.ToLower(title), func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < '0' || c > '9')
	})
	id := strings.Join(words, "-")
	return strings.Trim(id[:min(len(id), 32)], "-")
}

// tags reads a list of tags, or one line with commas.
func (r *reader) tags(to *[]string) func(*node) {
	return func(n *node) {
		var tags []string
		items := n.items
		if n.shape == scalar {
			for _, part := range strings.Split(n.text, ",") {
				items = append(items, &node{line: n.line, column: n.column, shape: scalar, text: part})
			}
		}
		for _, item := range items {
			var tag string
			r.text(&tag, "topics.tags", 80)(item)
			if tag != "" {
				tags = append(tags, tag)
			}
		}
		if n.shape == mapping || len(tags) > maxTags {
			r.fail(n, "`tags` is not a list of words.", "Write it as in `tags: [garden, bees]`.")
			return
		}
		*to = tags
	}
}

// yes reads a yes or a no.
func (r *reader) yes(to *bool, name string) func(*node) {
	return func(n *node) {
		s, ok := r.value(n, name)
		if !ok {
			return
		}
		switch strings.ToLower(s) {
		case "true", "yes", "on":
			*to = true
		case "false", "no", "off":
			*to = false
		default:
			r.fail(n, fmt.Sprintf("`%s` cannot be %q.", name, clip(s)), "Write `true` or `false`.")
		}
	}
}
