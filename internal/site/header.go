package site

import (
	"path"
	"strings"
)

// What browsers and the CDN may keep, and for how long.
//
// Names of pictures and assets change with their content, so they are kept for
// ever. Pages and feeds change under their names: a browser asks each time, which
// costs a 304 from the nearest edge, so that an author sees a new post at once;
// the CDN keeps them for a day, because publishing clears its copies by itself and
// a lost invalidation heals within that day. A preview is for one pair of eyes and
// is kept nowhere but in the browser that asked.
const (
	cacheForEver = "public, max-age=31536000, immutable"
	cachePage    = "public, max-age=0, must-revalidate, s-maxage=86400"
	cachePreview = "private, max-age=0, must-revalidate"
)

func cacheControl(key string) string {
	switch {
	case strings.HasPrefix(key, "media/"), strings.HasPrefix(key, "assets/"):
		return cacheForEver
	case strings.HasPrefix(key, "preview/"):
		return cachePreview
	}
	return cachePage
}

// contentType is what a site key holds. Everything that is not named by its
// ending is a page (redirects from "/old.php").
func contentType(key string) string {
	switch key {
	case rssKey:
		return "application/rss+xml; charset=utf-8"
	case atomKey:
		return "application/atom+xml; charset=utf-8"
	case jsonFeedKey:
		return "application/feed+json; charset=utf-8"
	}
	switch path.Ext(key) {
	case ".xml":
		return "application/xml; charset=utf-8"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".jpg":
		return "image/jpeg"
	case ".png":
		return "image/png"
	case ".gif":
		return "image/gif"
	case ".webp":
		return "image/webp"
	case ".svg":
		return "image/svg+xml; charset=utf-8"
	}
	return "text/html; charset=utf-8"
}
