package post

import "testing"

func TestIgnored(t *testing.T) {
	for _, key := range []string{"posts/.DS_Store", "posts/.git/x.md", "posts/a.md~", "posts/.a.md.swp", "posts/#a.md#", "posts/~$a.docx", "posts/Thumbs.db",
		"posts/a.md.tmp", "posts/._a.md", "posts/__MACOSX/a.md", "posts/4913", "posts/folder/", "posts/a.md.part", "posts/desktop.ini"} {
		if !Ignored(key) {
			t.Errorf("%s is taken for the author's", key)
		}
	}
	for _, key := range []string{"posts/a.md", "posts/a b+c%.md", "posts/folder/index.md", "posts/site.yaml", "posts/photo.JPG", "posts/# one.md", "posts/~a.md"} {
		if Ignored(key) {
			t.Errorf("%s is ignored", key)
		}
	}
}

func TestEndings(t *testing.T) {
	for _, key := range []string{"a.md", "A.MD", "a.markdown"} {
		if !IsMarkdown(key) || IsImage(key) {
			t.Error(key)
		}
	}
	for _, key := range []string{"a.jpg", "a.JPEG", "a.png", "a.gif", "a.svg", "a.webp", "a.heic"} {
		if !IsImage(key) || IsMarkdown(key) {
			t.Error(key)
		}
	}
	for _, key := range []string{"a.txt", "md", "jpg", "a.md.txt", ""} {
		if IsImage(key) || IsMarkdown(key) {
			t.Error(key)
		}
	}
}

func TestNameOf(t *testing.T) {
	for _, c := range []struct {
		key, base, date string
		kind            Kind
	}{
		{"posts/a.md", "a", "", Article},
		{"posts/any/folder/a.md", "a", "", Article},
		{"posts/a/index.md", "a", "", Article},
		{"posts/x/a/Index.md", "a", "", Article},
		{"posts/index.md", "index", "", Article},
		{"posts/2024-05-01-a-b.md", "a-b", "2024-05-01", Article},
		{"posts/2024-05-01-a/index.md", "a", "2024-05-01", Article},
		{"posts/2024-05-01.md", "2024-05-01", "2024-05-01", Article},
		{"posts/2024-13-01-a.md", "2024-13-01-a", "", Article},
		{"posts/2024-05-01a.md", "2024-05-01a", "", Article},
		{"posts/.md", ".md", "", Article},
		{"posts/a/ .md", " .md", "", Article},
		{"posts/pages/about.md", "about", "", Page},
		{"posts/pages/about/index.md", "about", "", Page},
		{"posts/pages/index.md", "index", "", Page},
		{"posts/x/pages/about.md", "about", "", Article},
	} {
		n := nameOf(c.key)
		if n.base != c.base || n.date != c.date || n.kind != c.kind {
			t.Errorf("%s: %+v", c.key, n)
		}
	}
}

func TestNearest(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"tilte", "title"}, {"imgae_alt", "image_alt"}, {"descrption", "description"}, {"alises", "aliases"}, {"slugg", "slug"}, {"frobnicate", ""}, {"x", ""},
	} {
		if got := nearest(c.in, keysKnown()); got != c.want {
			t.Errorf("%s: %q, want %q", c.in, got, c.want)
		}
	}
}
