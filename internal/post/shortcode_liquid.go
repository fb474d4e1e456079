package post

import (
	"regexp"
	"strings"
)

// liquid rewrites a tag of Jekyll's ("{% raw %}"), of its cousins Hexo and
// Octopress, or of Zola's with a body.
func (x *expander) liquid(from, to int, name, text string) int {
	a := parseArguments(text)
	switch name {
	case "raw", "comment", "highlight", "codeblock", "code", "verbatim":
		inner, after, ok := x.block(to, liquidEnd(name))
		if !ok {
			break
		}
		switch name {
		case "raw", "verbatim":
			x.replace(to, "")
			x.copy(inner)
			x.replace(after, "")
		case "comment":
			x.replace(after, "")
		default:
			x.fenced(after, codeLanguage(a), string(x.src[to:inner]))
		}
		return after
	case "post_url", "link", "post_link":
		ref := a.get(0)
		if !IsMarkdown(ref) && !strings.Contains(ref, ".htm") && !IsImage(ref) {
			ref += ".md"
		}
		x.replace(to, escapeTarget(ref))
		return to
	case "asset_img", "asset_path":
		if name == "asset_img" && len(a.plain) > 0 {
			for i, arg := range a.plain {
				if IsImage(arg) {
					x.replace(to, pictureMarkdown(arg, strings.Join(a.plain[i+1:], " "), "", ""))
					return to
				}
			}
		}
	case "include", "include_relative", "include_cached":
		if md, known := included(a); known {
			x.replace(to, md)
			return to
		}
	case "end", "endraw", "endcomment", "endhighlight", "endcodeblock", "endblockquote", "endif", "endfor", "endcapture", "endunless", "endcase", "else":
		x.replace(to, "")
		return to
	default:
		if m := zolaCall.FindStringSubmatch(name + text); m != nil {
			a = parseArguments(m[2])
		}
		if md, known := embedded(name, a); known {
			x.replace(to, md)
			return to
		}
	}
	x.dropped(string(x.src[from:to]))
	x.replace(to, "")
	return to
}

func liquidEnd(name string) string {
	return `\{%-?\s*end` + regexp.QuoteMeta(name) + `\s*-?%\}`
}

// codeLanguage is the language of "{% highlight go %}" and "{% codeblock lang:go %}".
func codeLanguage(a arguments) string {
	for _, arg := range a.plain {
		if lang, ok := strings.CutPrefix(arg, "lang:"); ok {
			return lang
		}
	}
	if len(a.plain) == 0 || strings.ContainsAny(a.plain[0], ".:") {
		return a.named["lang"]
	}
	return a.plain[0]
}

// included rewrites "{% include figure.html src=… %}" and the like, whose names
// are each theme's own.
func included(a arguments) (string, bool) {
	if len(a.plain) == 0 {
		return "", false
	}
	file := strings.ToLower(a.plain[0])
	rest := arguments{named: a.named}
	for _, kind := range []string{"youtube", "vimeo", "gist", "figure", "image", "img", "picture"} {
		if strings.Contains(file, kind) {
			return embedded(kind, rest)
		}
	}
	return "", false
}

// variable rewrites "{{ … }}" where it is Liquid's or Zola's; any other is the
// author's own text and stays.
func (x *expander) variable(from, to int, text string) int {
	put := func(s string) int {
		x.copy(from)
		x.replace(to, s)
		return to
	}
	subject, filter, _ := strings.Cut(text, "|")
	subject = strings.TrimSpace(subject)
	switch {
	case subject == "site.baseurl", subject == "site.url", subject == "site.github.url", subject == "base_url", subject == "site.base_url":
		return put("")
	case len(subject) > 1 && (subject[0] == '"' || subject[0] == '\'') && strings.HasSuffix(subject, subject[:1]) && filter != "":
		return put(escapeTarget(subject[1 : len(subject)-1]))
	}
	if m := zolaCall.FindStringSubmatch(subject); m != nil {
		if md, known := embedded(strings.ToLower(m[1]), parseArguments(m[2])); known {
			return put(md)
		}
		x.copy(from)
		x.dropped(string(x.src[from:to]))
		return put("")
	}
	for _, prefix := range []string{"site.", "page.", "post.", "include.", "layout.", "paginator.", "config.", "section."} {
		if strings.HasPrefix(subject, prefix) {
			x.copy(from)
			x.dropped(string(x.src[from:to]))
			return put("")
		}
	}
	return from
}
