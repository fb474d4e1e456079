package settings

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	_ "time/tzdata" // zones must load on machines without them, such as a Lambda
)

// languageTag is BCP 47 as far as it matters to an html element: a language,
// perhaps a script, a region and variants.
var languageTag = regexp.MustCompile(`^[a-z]{2,3}(-[a-z0-9]{2,8})*$`)

// languageNames are what people write instead of a tag.
func languageNames() map[string]string {
	return map[string]string{
		"english": "en", "german": "de", "deutsch": "de", "french": "fr", "français": "fr", "spanish": "es", "español": "es",
		"italian": "it", "italiano": "it", "portuguese": "pt", "português": "pt", "dutch": "nl", "nederlands": "nl",
		"polish": "pl", "polski": "pl", "swedish": "sv", "svenska": "sv", "danish": "da", "dansk": "da", "finnish": "fi",
		"suomi": "fi", "norwegian": "nb", "norsk": "nb", "czech": "cs", "čeština": "cs", "hebrew": "he", "arabic": "ar",
		"turkish": "tr", "türkçe": "tr", "russian": "ru", "ukrainian": "uk", "greek": "el", "hungarian": "hu", "japanese": "ja",
		"chinese": "zh", "korean": "ko", "hindi": "hi",
	}
}

// language reads the language of the site.
func (r *reader) language(to *string) func(*node) {
	return func(n *node) {
		s, ok := r.value(n, "language")
		if !ok {
			return
		}
		low := strings.ToLower(strings.ReplaceAll(s, "_", "-"))
		if tag, known := languageNames()[low]; known {
			*to = tag
			return
		}
		if !languageTag.MatchString(low) || len(low) > 35 {
			r.fail(n, fmt.Sprintf("`language` cannot be %q.", clip(s)), "Write the short form, as in `language: en` or `language: pt-BR`.")
			return
		}
		*to = tagCase(low)
	}
}

// tagCase is a language tag as it is usually written: "pt-BR", "zh-Hant".
func tagCase(low string) string {
	parts := strings.Split(low, "-")
	for i, p := range parts[1:] {
		switch len(p) {
		case 2:
			parts[i+1] = strings.ToUpper(p)
		case 4:
			parts[i+1] = strings.ToUpper(p[:1]) + p[1:]
		}
	}
	return strings.Join(parts, "-")
}

// zoneNames are short names that are not, or not surely, what they seem: the
// tz database's EST knows no summer time.
func zoneNames() map[string]string {
	return map[string]string{
		"est": "America/New_York", "edt": "America/New_York", "et": "America/New_York", "eastern": "America/New_York",
		"cst": "America/Chicago", "cdt": "America/Chicago", "ct": "America/Chicago", "central": "America/Chicago",
		"mst": "America/Denver", "mdt": "America/Denver", "mt": "America/Denver", "mountain": "America/Denver",
		"pst": "America/Los_Angeles", "pdt": "America/Los_Angeles", "pt": "America/Los_Angeles", "pacific": "America/Los_Angeles",
		"gmt": "Europe/London", "bst": "Europe/London", "london": "Europe/London", "cet": "Europe/Berlin", "cest": "Europe/Berlin",
		"berlin": "Europe/Berlin", "paris": "Europe/Paris", "ist": "Asia/Kolkata", "jst": "Asia/Tokyo", "aest": "Australia/Sydney",
	}
}

// timezone reads the site's time zone.
func (r *reader) timezone(s *Settings) func(*node) {
	return func(n *node) {
		name, ok := r.value(n, "timezone")
		if !ok {
			return
		}
		name = strings.ReplaceAll(name, " ", "_")
		if full, short := zoneNames()[strings.ToLower(name)]; short {
			r.fail(n, fmt.Sprintf("`timezone` is %q, which is not a place, so summer time would be wrong.", clip(name)), "Write the zone's place, as in `timezone: "+full+"`.")
			return
		}
		if strings.EqualFold(name, "utc") {
			name = "UTC"
		}
		zone, err := time.LoadLocation(name)
		if err != nil || name == "Local" {
			r.fail(n, fmt.Sprintf("`timezone` is %q, which is not a known time zone.", clip(name)), "Write a region and a city, as in `timezone: Europe/Berlin` or `timezone: America/New_York`.")
			return
		}
		s.Timezone, s.Location = name, zone
	}
}

// colour reads a CSS hex colour, and warns of one that cannot be read on paper
// (or, for the dark accent, at night).
func (r *reader) colour(to *string, name string) func(*node) {
	return func(n *node) {
		s, ok := r.value(n, name)
		if !ok {
			return
		}
		c, ok := parseHex(s)
		if !ok {
			c, ok = parseHex("#" + s)
		}
		if !ok {
			r.fail(n, fmt.Sprintf("`%s` is %q, which is not a colour.", name, clip(s)), "Write a hash and six digits in quotes, as in `"+last(name)+": \"#0b6e4f\"`.")
			return
		}
		*to = c.hex()
		on, better, where := paper(), darken(*to), "white"
		if name == "theme.accent_dark" {
			on, better, where = night(), lighten(*to), "a dark page"
		}
		if ratio := contrast(c, on); ratio < contrastText {
			r.warn(n.line, fmt.Sprintf("`%s` is hard to read on %s (contrast %.1f, at least %.1f is needed). Its nearest readable neighbour is `%s`.",
				name, where, ratio, contrastText, better))
		}
	}
}
