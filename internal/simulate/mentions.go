package simulate

import (
	"maps"
	"path"
	"slices"
	"strings"
)

// judgeMentions: what receipts say of other files than their own is true now, whoever
// uploaded or removed those since, and also when the state was restored.
func (w *World) judgeMentions(published map[string]string) {
	d := w.desk
	receipt := func(key string) string { return oneLine([]byte(w.receiptOf(key))) }
	shown, perhaps := d.mentioned("(p.png)")
	there, want := true, "" // what a post says that shows it
	switch p := d.files[picture]; {
	case p == nil:
		there, want = false, "“p.png” is not there"
	case p.bad:
		there, want = false, "“p.png” cannot be shown"
	}
	if text := receipt(picture); there && !perhaps && strings.HasPrefix(text, "Published") != shown {
		w.fail("a post shows %s: %v, and its receipt says\n%s", picture, shown, text)
	}
	target := d.files["posts/b.md"]
	at := published["posts/b.md"]
	linked := target != nil && !target.bad && at != "" && !w.heldByBad(at) && !d.doubled(target)
	unlinked := target == nil && !slices.ContainsFunc(slices.Collect(maps.Values(d.files)), func(s *sheet) bool { return s.bad || s.slug == "b" })
	for _, key := range slices.Sorted(maps.Keys(d.files)) {
		s, text := d.files[key], receipt(key)
		if s.bad || s.other || !slices.Contains([]string{"Published", "Scheduled", "Draft"}, firstWord(text)) {
			continue
		}
		want := want
		if want != "" && path.Dir(key) != path.Dir(picture) {
			want = "“p.png” is not there" // beside that post
		}
		if strings.Contains(s.body, "(p.png)") && (!strings.Contains(text, want) || strings.Contains(text, "the picture “p.png”") == there) {
			w.fail("%s can be shown: %v, and the receipt of %s says\n%s", picture, there, key, text)
		}
		if !strings.Contains(s.body, "(b.md)") {
			continue
		}
		for _, at := range []string{"/blog/d/", "/tags/garden/"} {
			if found, warned := w.page(at) != "", strings.Contains(text, "the link to “"+at+"”"); found == warned && firstWord(text) != "Draft" {
				w.fail("there is a page at %s: %v, and the receipt of %s says\n%s", at, found, key, text)
			}
		}
		if warned := strings.Contains(text, "the link to “b.md”"); warned && linked || !warned && unlinked {
			w.fail("posts/b.md is published: %v, and the receipt of %s says\n%s", linked, key, text)
		}
	}
}

// doubled tells whether another file has the same text, so that its page may be of either.
func (d *desk) doubled(sheet *sheet) bool {
	for _, s := range d.files {
		if s != sheet && s.body == sheet.body {
			return true
		}
	}
	return false
}

// mentioned tells whether a text that can be read has some words, and whether one that
// cannot be read now perhaps had them, whose last good version counts.
func (d *desk) mentioned(words string) (certainly, perhaps bool) {
	for key, s := range d.files {
		switch {
		case s.other:
		case !s.bad:
			certainly = certainly || strings.Contains(s.body, words)
		default:
			perhaps = perhaps || slices.ContainsFunc(d.ever[key], func(old *sheet) bool { return strings.Contains(old.body, words) })
		}
	}
	return certainly, perhaps && !certainly
}
