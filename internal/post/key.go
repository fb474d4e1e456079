package post

import (
	"path"
	"strings"
	"time"
)

// IsMarkdown tells by its ending whether a file is a post or a page.
func IsMarkdown(key string) bool {
	switch strings.ToLower(path.Ext(key)) {
	case ".md", ".markdown", ".mdown", ".mkd", ".mkdn", ".mdwn":
		return true
	}
	return false
}

// IsImage tells by its ending whether a file is meant as a picture, also of a
// format that cannot be shown, so that the author is told what to do about it.
func IsImage(key string) bool {
	switch strings.ToLower(path.Ext(key)) {
	case ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".svg", ".webp",
		".heic", ".heif", ".avif", ".tif", ".tiff", ".bmp":
		return true
	}
	return false
}

// Ignored tells whether a file is none of the author's: hidden, or left behind by
// an editor, a file manager or an interrupted copy.
func Ignored(key string) bool {
	for _, part := range strings.Split(key, "/") {
		if strings.HasPrefix(part, ".") || part == "__MACOSX" || part == "@eaDir" {
			return true
		}
	}
	name := path.Base(key)
	lower := strings.ToLower(name)
	switch lower {
	case "", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "4913", "$recycle.bin":
		return true
	}
	if strings.HasSuffix(key, "/") || strings.HasSuffix(name, "~") ||
		strings.HasPrefix(name, "~$") || strings.HasPrefix(name, "._") ||
		len(name) > 1 && strings.HasPrefix(name, "#") && strings.HasSuffix(name, "#") {
		return true
	}
	switch path.Ext(lower) {
	case ".swp", ".swo", ".swx", ".tmp", ".temp", ".bak", ".orig", ".rej", ".part", ".crdownload", ".download", ".lock":
		return true
	}
	return false
}

// name is what the path of a source file tells of it.
type name struct {
	kind  Kind
	base  string    // without folder, ending and date prefix; never empty
	date  string    // "2024-05-01" or empty
	draft bool      // lies in a folder of drafts
	index bool      // the section file of another system ("_index.md")
	day   time.Time // date at midnight UTC
}

// nameOf reads a key such as "posts/2024-05-01-name.md", "posts/name/index.md" or
// "posts/pages/about.md".
func nameOf(key string) name {
	n := name{kind: Article}
	folders := strings.Split(path.Dir(path.Clean("/"+key)), "/")
	for i, f := range folders {
		if f == "pages" && i == 2 && folders[1] == "posts" {
			n.kind = Page
		}
		if f == "_drafts" {
			n.draft = true
		}
	}
	base := strings.TrimSuffix(path.Base(key), path.Ext(key))
	if strings.TrimSpace(base) == "" { // ".md" has no other name
		base = path.Base(key)
	}
	n.index = base == "_index"
	// A folder of its own gives a bundle its name; the top folders do not.
	least := 2
	if n.kind == Page {
		least = 3
	}
	if strings.EqualFold(base, "index") && len(folders) > least {
		base = folders[len(folders)-1]
	}
	n.base = base
	if day, rest, ok := datePrefix(base); ok {
		n.date, n.day = day.Format(time.DateOnly), day
		if rest != "" {
			n.base = rest
		}
	}
	return n
}

// datePrefix takes "2024-05-01-" (or "2024-05-01_", "2024-05-01 ", or the bare
// date) off the front of a file name.
func datePrefix(base string) (day time.Time, rest string, ok bool) {
	const size = len(time.DateOnly)
	if len(base) < size {
		return day, base, false
	}
	day, err := time.Parse(time.DateOnly, base[:size])
	if err != nil || day.Year() < 1000 {
		return time.Time{}, base, false
	}
	rest = base[size:]
	if rest == "" {
		return day, "", true
	}
	if !strings.ContainsRune("-_ .T", rune(rest[0])) {
		return time.Time{}, base, false
	}
	return day, strings.TrimLeft(rest, "-_ ."), true
}

// humanise makes a title of a file name: "my-first_post" → "My first post".
func humanise(base string) string {
	words := strings.Fields(strings.NewReplacer("-", " ", "_", " ").Replace(base))
	title := strings.Join(words, " ")
	if title == "" {
		return base
	}
	first, size := firstRune(title)
	return strings.ToUpper(string(first)) + title[size:]
}
