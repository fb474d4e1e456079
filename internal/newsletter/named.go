package newsletter

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
)

// named finds the article that somebody means by its source key or a file's path on
// their machine, its address on the site with or without the host, its slug, the
// name of its file, or its id. A [*Refusal] says why no one post is meant.
func named(c *catalog.Catalog, name string) (*catalog.Entry, error) {
	for _, match := range []func(*catalog.Entry) bool{
		isSource(name), isAddress(name), isSlugOrFile(name),
		func(e *catalog.Entry) bool { return e.ID == name },
	} {
		var found []*catalog.Entry
		for _, e := range c.Posts {
			if match(e) {
				found = append(found, e)
			}
		}
		switch {
		case len(found) > 1:
			keys := make([]string, len(found))
			for i, e := range found {
				keys[i] = e.Key
			}
			slices.Sort(keys)
			return nil, &Refusal{name + " may be " + strings.Join(keys, " or ") + ": name one of these"}
		case len(found) == 1 && found[0].Kind != post.Article:
			return nil, &Refusal{found[0].Key + " is a page, and pages are not mailed"}
		case len(found) == 1:
			return found[0], nil
		}
	}
	return nil, &Refusal{"there is no post " + name + ": name it by its file, its address on the site, or the last part of that"}
}

// isSource matches "posts/a/b.md", and what may stand before or be left out: the
// folders above posts/, posts/ itself, the ending, a bundle's index.md.
func isSource(name string) func(*catalog.Entry) bool {
	name = strings.TrimPrefix(path.Clean(strings.ReplaceAll(name, `\`, "/")), "/")
	if _, below, found := strings.Cut("/"+name, "/"+catalog.Root); found {
		name = below
	}
	key := catalog.Root + name
	return func(e *catalog.Entry) bool {
		return e.Key == key || e.Key == key+".md" || e.Key == key+"/index.md"
	}
}

// isAddress matches the path of a post, also one it had before.
func isAddress(name string) func(*catalog.Entry) bool {
	if u, err := url.Parse(name); err == nil && u.Host != "" {
		name = u.Path
	}
	p := "/" + strings.Trim(strings.TrimSuffix(name, "/index.html"), "/") + "/"
	return func(e *catalog.Entry) bool { return e.Path == p || slices.Contains(e.Former, p) }
}

// isSlugOrFile matches the last part of an address and the name of a file wherever it lies.
func isSlugOrFile(name string) func(*catalog.Entry) bool {
	return func(e *catalog.Entry) bool {
		file := path.Base(e.Key)
		if file == "index.md" {
			file = path.Base(path.Dir(e.Key)) + ".md"
		}
		return e.Slug == name || e.Path != "" && path.Base(e.Path) == name || file == name || file == name+".md"
	}
}
