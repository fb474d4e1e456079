package post

import (
	"regexp"
	"strings"
)

// hugo rewrites one of Hugo's shortcodes, from the documentation of those that
// come with Hugo; closing tells "{{< /name >}}".
func (x *expander) hugo(from, to int, name, text string, closing bool) int {
	if closing {
		x.replace(to, "")
		return to
	}
	a := parseArguments(text)
	if md, known := embedded(strings.ToLower(name), a); known {
		x.replace(to, md)
		return to
	}
	switch strings.ToLower(name) {
	case "ref", "relref":
		x.replace(to, fileRef(a.get(0, "path")))
		return to
	case "highlight":
		if inner, after, ok := x.block(to, hugoEnd(name)); ok {
			x.fenced(after, a.get(0, "lang"), string(x.src[to:inner]))
			return after
		}
	case "notice", "admonition", "alert", "callout", "hint", "note", "tip", "info", "warning", "caution", "important", "danger":
		if inner, after, ok := x.block(to, hugoEnd(name)); ok {
			kind := strings.ToLower(name)
			if first := a.get(0, "type", "context", "kind", "icon"); first != "" {
				kind = first
			}
			if known, _ := calloutKind(kind); known == "" {
				kind = "note"
			}
			x.quoted(after, kind+"]", string(x.src[to:inner]))
			return after
		}
	case "rawhtml", "html", "unsafe":
		x.replace(to, "")
		return to
	}
	x.dropped(string(x.src[from:to]))
	x.replace(to, "")
	return to
}

func hugoEnd(name string) string {
	return `\{\{[<%]\s*/\s*` + regexp.QuoteMeta(name) + `\s*[>%]\}\}`
}

// fileRef is the target of "ref": a file name, with or without its ending.
func fileRef(ref string) string {
	name, place, has := strings.Cut(ref, "#")
	if name != "" && !IsMarkdown(name) {
		name = strings.TrimSuffix(name, "/") + ".md"
	}
	if has {
		name += "#" + place
	}
	return escapeTarget(name)
}

// embedded rewrites what shows a picture or embeds something, under the names
// that several systems give it.
func embedded(name string, a arguments) (md string, known bool) {
	switch name {
	case "figure", "image", "img", "picture":
		alt := a.get(1, "alt")
		caption := a.get(-1, "caption", "title")
		if alt == "" {
			alt = caption
		}
		return pictureMarkdown(a.get(0, "src", "url", "path", "image_path", "file", "image"), alt, caption, a.get(-1, "link", "href")), true
	case "youtube", "youtubelite", "yt", "youtube-lite":
		if id := lastPart(a.get(0, "id", "videoid", "src", "url", "video")); id != "" {
			return cardMarkdown("https://www.youtube.com/watch?v="+id, a.get(-1, "title")), true
		}
	case "vimeo":
		if id := lastPart(a.get(0, "id", "src", "url")); id != "" {
			return cardMarkdown("https://vimeo.com/"+id, a.get(-1, "title")), true
		}
	case "gist":
		if len(a.plain) > 1 && len(a.named) == 0 && !strings.Contains(a.plain[0], "/") {
			return cardMarkdown("https://gist.github.com/"+a.plain[0]+"/"+a.plain[1], ""), true
		}
		if id := a.get(0, "id", "url"); id != "" {
			return cardMarkdown("https://gist.github.com/"+strings.TrimPrefix(id, "https://gist.github.com/"), ""), true
		}
	case "tweet", "x", "twitter":
		if id := a.get(-1, "id"); id != "" {
			return cardMarkdown("https://x.com/"+or(a.get(-1, "user"), "i")+"/status/"+id, "Post"), true
		}
		if at := a.get(0, "url"); strings.HasPrefix(at, "https://") {
			return cardMarkdown(at, "Post"), true
		}
		if id := a.get(0); id != "" {
			return cardMarkdown("https://x.com/i/status/"+id, "Post"), true
		}
	case "instagram":
		if id := a.get(0, "id"); id != "" {
			return cardMarkdown("https://www.instagram.com/p/"+id+"/", "Picture"), true
		}
	}
	return "", false
}

// lastPart takes the id out of an address, should one be given instead.
func lastPart(s string) string {
	s = strings.TrimSpace(s)
	if _, id, ok := strings.Cut(s, "v="); ok {
		s, _, _ = strings.Cut(id, "&")
	}
	if i := strings.LastIndexByte(strings.TrimSuffix(s, "/"), '/'); i >= 0 {
		s = strings.TrimSuffix(s, "/")[i+1:]
	}
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z' {
			return r
		}
		return -1
	}, s)
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
