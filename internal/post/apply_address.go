package post

import (
	"fmt"
	"net/url"
	"path"
	"strings"
	"unicode/utf8"
)

// applyAddresses reads where else this text lives or lived.
func (f *front) applyAddresses(m *Meta) {
	if h, ok := f.heard["permalink"]; ok && h.value.kind == scalar {
		// "/:categories/:title/" is a pattern of Jekyll's; a plain path is an address.
		if at := sitePath(h.value.text); at != "" && !strings.Contains(at, ":") && !strings.Contains(at, "{") {
			if _, set := f.heard["slug"]; !set {
				last := path.Base(at)
				if name := Slugify(strings.TrimSuffix(last, path.Ext(last))); name != "" { // of "/.htaccess" nothing is left
					m.Slug = name
				}
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

// external tells whether a path leads off the site.
func external(ref string) bool {
	low := strings.ToLower(ref)
	return strings.HasPrefix(low, "http://") || strings.HasPrefix(low, "https://") || strings.HasPrefix(low, "//")
}
