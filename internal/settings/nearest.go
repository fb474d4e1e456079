package settings

import "strings"

// elsewhere names where a setting of other programs, or of another section,
// is found here.
func elsewhere() map[string]string {
	return map[string]string{
		"baseurl": "url", "base_url": "url", "site_url": "url", "domain": "newsletter.domain", "name": "title",
		"tagline": "description", "subtitle": "description", "summary": "description",
		"languagecode": "language", "lang": "language", "locale": "language",
		"paginate": "page_size", "posts_per_page": "page_size", "menu": "nav", "navigation": "nav",
		"permalinks": "permalink", "time_zone": "timezone", "tz": "timezone", "bio": "author.bio", "email": "author.email",
		"photo": "author.photo", "accent": "theme.accent", "accent_color": "theme.accent", "accent_colour": "theme.accent",
		"color": "theme.accent", "colour": "theme.accent", "logo": "theme.logo", "font": "theme.font",
		"mailgun": "newsletter", "mail": "newsletter", "from": "newsletter.from", "reply_to": "newsletter.reply_to",
		"address": "newsletter.address", "undo": "newsletter.undo", "weekly": "newsletter.weekly",
		"monthly": "newsletter.monthly", "batch": "newsletter.batch", "region": "newsletter.region",
		"sender": "newsletter.from", "postal_address": "newsletter.address",
	}
}

// unknown is the warning about a name that means nothing here.
func (r *reader) unknown(f field, section string, known []string) {
	full := f.name
	if section != "" {
		full = section + "." + f.name
	}
	text := "`" + full + "` is not a setting and has no effect."
	if hint := nearest(fold(f.name), known); hint != "" {
		if section != "" {
			hint = section + "." + hint
		}
		text += " Did you mean `" + hint + "`?"
	} else if hint := elsewhere()[fold(f.name)]; hint != "" && hint != full {
		text += " Did you mean `" + hint + "`?"
		if section, key, nested := strings.Cut(hint, "."); nested {
			text += " It is written as `" + key + ":` below `" + section + ":`, moved in by two spaces."
		}
	}
	r.warn(f.line, text)
}

// fold is a name as it is compared: small letters, underscores.
func fold(name string) string {
	return strings.ReplaceAll(strings.ToLower(name), "-", "_")
}

// nearest is the known name most like the given one, empty if none is close: at
// most one slip in three letters.
func nearest(name string, known []string) string {
	best, least := "", max(1, len(name)/3)+1
	for _, k := range known {
		if d := distance(name, k); d < least || d == least && best != "" && k < best {
			best, least = k, d
		}
	}
	return best
}

// distance counts the slips between two words: a letter added, left out, wrong,
// or swapped with its neighbour (optimal string alignment).
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	var before, last []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
