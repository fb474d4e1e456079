package site

import (
	"fmt"
	"net/url"
	"path"
	"strings"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
)

// Warnings are the things an author may want to mend about one post that only the
// whole site can tell: links and pictures that lead nowhere, addresses that others
// hold. They come in addition to the post's own. Read is asked for the bodies that
// Reads names; its first error is passed on wrapped, with the warnings that need no
// more of them.
func (p *Plan) Warnings(e *catalog.Entry, read Reader) ([]post.Warning, error) {
	var all []post.Warning
	warn := func(line int, format string, args ...any) {
		all = append(all, post.Warning{Line: line, Text: fmt.Sprintf(format, args...)})
	}
	for _, ref := range e.Links {
		if text := p.brokenLink(e, ref.To); text != "" {
			warn(ref.Line, "%s", text)
		}
	}
	for _, ref := range e.Images {
		if text := p.brokenPicture(e, ref.To); text != "" {
			warn(ref.Line, "%s", text)
		}
	}
	for _, ref := range e.Places {
		if text := p.brokenPlace(e, ref.To); text != "" {
			warn(ref.Line, "%s", text)
		}
	}
	if text := p.brokenPicture(e, e.Image); text != "" {
		warn(0, "`image`: %s", text)
	}
	if e.Book != nil {
		if text := p.brokenPicture(e, e.Book.Cover); text != "" {
			warn(0, "`cover`: %s", text)
		}
	}
	for _, alias := range e.Aliases {
		if text := p.vainAlias(e, alias); text != "" {
			warn(0, "%s", text)
		}
	}
	parts, err := p.brokenParts(e, read)
	return append(all, parts...), err
}

// brokenLink says what is wrong with a link to another file, or "".
func (p *Plan) brokenLink(e *catalog.Entry, ref string) string {
	target := p.c.Target(e.Key, ref)
	switch {
	case target == nil:
		return fmt.Sprintf("the link to “%s” leads nowhere yet, so it is shown as plain text. Is the file name right? The link mends itself when that file is uploaded.", ref)
	case target.ID != e.ID && !target.Live:
		return fmt.Sprintf("the link to “%s” is shown as plain text until that post is published.", ref)
	}
	return ""
}

// brokenPlace says what is wrong with an address of this site that is written out, or "".
func (p *Plan) brokenPlace(e *catalog.Entry, ref string) string {
	if e.Path == "" {
		return "" // it has no page
	}
	if to, ok := leadsTo(e, ref); ok && answers(to, p.has) {
		return ""
	}
	advice := "Is it right? A post is best linked by its file name, as in [text](other-post.md)."
	if first, _, _ := strings.Cut(ref, "/"); strings.Contains(strings.Trim(first, "."), ".") {
		advice = "If another site is meant, write https:// before it."
	}
	return fmt.Sprintf("the link to “%s” leads nowhere on this site. %s", clip(ref, 60), advice)
}

// leadsTo is the URL path that an address of this site leads to which a post has written
// out; false if it cannot be read.
func leadsTo(e *catalog.Entry, ref string) (string, bool) {
	written := post.Resolve(e.Path, ref)
	to, err := url.Parse(written)
	if err != nil || written == "" {
		return "", false
	}
	return to.Path, true
}

func (p *Plan) has(key string) bool {
	_, there := p.outputs[key]
	return there
}

// answers tells whether there is something at a URL path: an output, as the CDN finds
// it, or one of the subscriber's pages.
func answers(path string, has func(key string) bool) bool {
	switch path {
	case "/subscribe", "/confirm", "/preferences", "/unsubscribe":
		return true
	}
	key := strings.TrimPrefix(path, "/")
	if last := key[strings.LastIndexByte(key, '/')+1:]; last != "" && !strings.Contains(last, ".") {
		key += "/"
	}
	if key == "" || strings.HasSuffix(key, "/") {
		key += indexFile
	}
	return has(key)
}

// brokenPicture says what is wrong with a picture, or "".
func (p *Plan) brokenPicture(e *catalog.Entry, ref string) string {
	if ref == "" || isWeb(ref) || p.c.ImageKey(e.Key, ref) != "" {
		return ""
	}
	beside := path.Join(path.Dir(e.Key), ref)
	if f := p.c.Files[beside]; f != nil && f.Problem != "" {
		problem := strings.TrimPrefix(f.Problem, path.Base(beside)+": ")
		return fmt.Sprintf("the picture “%s” cannot be shown: %s.", ref, strings.TrimSuffix(problem, "."))
	}
	return fmt.Sprintf("the picture “%s” is not there. Upload it beside the post (as %s), or correct its name.", ref, beside)
}

// vainAlias says why an alias leads nowhere, or "".
func (p *Plan) vainAlias(e *catalog.Entry, alias string) string {
	from, ok := safePath(alias)
	if !ok {
		return fmt.Sprintf("the alias “%s” is left out: it is not an address that a page of this site can have. Write it as in /old/address/.", alias)
	}
	if from == e.Path {
		return ""
	}
	if other := p.at[from]; other != nil {
		return fmt.Sprintf("the alias “%s” is left out, because %s is published there.", alias, other.e.Key)
	}
	return ""
}
