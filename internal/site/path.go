package site

import (
	"fmt"
	"net/url"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/settings"
)

const indexFile = "index.html"

// Reserved tells whether a URL path would collide with one of the site's own, or of
// the subscriber's pages behind the same address, so that no post, page or alias
// may have it.
func Reserved(path string) bool {
	first, _, _ := strings.Cut(strings.Trim(path, "/"), "/")
	switch strings.ToLower(first) {
	case "", "page", "books", "tags", "archive", "media", "assets", "preview",
		"subscribe", "confirm", "preferences", "unsubscribe", "author", "webhooks",
		indexFile, notFoundKey, robotsKey, sitemapKey, rssKey, atomKey, jsonFeedKey, "favicon.ico":
		return true
	}
	return false
}

// EntryPath is the URL path that a post or page asks for, with both slashes: the
// settings' permalink with the date shown, in the site's time zone, or "/<slug>/"
// for a page.
func EntryPath(s *settings.Settings, e *catalog.Entry) string {
	if e.Kind == post.Page {
		return "/" + e.Slug + "/"
	}
	pattern := s.Permalink
	if pattern == "/blog/:slug/" {
		return "/blog/" + e.Slug + "/"
	}
	at := e.Shown().In(s.Location)
	return strings.NewReplacer(
		":year", fmt.Sprintf("%04d", at.Year()),
		":month", fmt.Sprintf("%02d", int(at.Month())),
		":day", fmt.Sprintf("%02d", at.Day()),
		":slug", e.Slug,
	).Replace(pattern)
}

// Key is the site key behind a URL path: "/blog/x/" is "blog/x/index.html".
func Key(path string) string { return strings.TrimPrefix(path, "/") + indexFile }

// Path is the URL path of a site key: that of Key, backwards.
func Path(key string) string { return "/" + strings.TrimSuffix(key, indexFile) }

// longest bounds a path: with "index.html" it has to fit a key of S3, and each part
// the name of a file.
const (
	longestPath = 900
	longestPart = 200
)

// safePath cleans a URL path that an author wrote for an alias, with both slashes
// and without percent-encoding; false if no page can be there.
func safePath(written string) (string, bool) {
	plain, err := url.PathUnescape(written)
	if err != nil || len(plain) > longestPath || !utf8.ValidString(plain) {
		return "", false
	}
	parts := strings.Split(strings.Trim(plain, "/"), "/")
	for _, part := range parts {
		if part == "" || part == "." || part == ".." || len(part) > longestPart || part != strings.TrimSpace(part) {
			return "", false
		}
		if strings.ContainsFunc(part, func(r rune) bool {
			return r < ' ' || r == 0x7f || r >= 0x80 && r <= 0x9f || strings.ContainsRune(`\?#*<>|":`, r) || r == utf8.RuneError
		}) {
			return "", false
		}
	}
	if parts[len(parts)-1] == indexFile { // "/old/index.html" is served at "/old/"
		parts = parts[:len(parts)-1]
	}
	clean := "/" + strings.Join(parts, "/") + "/"
	if len(parts) == 0 || Reserved(clean) {
		return "", false
	}
	return clean, true
}

// isFile tells whether an old address is that of a file ("/2019/05/post.html"),
// which is asked for and stored without a slash at its end.
func isFile(urlPath string) bool {
	switch strings.ToLower(path.Ext(strings.TrimSuffix(urlPath, "/"))) {
	case ".html", ".htm", ".php", ".asp", ".aspx", ".xhtml", ".shtml":
		return true
	}
	return false
}
