package site

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/settings"
)

func TestReserved(t *testing.T) {
	for path, want := range map[string]bool{
		"/": true, "/page/": true, "/page/2/": true, "/books/": true, "/Books/": true, "/tags/x/": true, "/archive/2024/": true, "/media/": true,
		"/feed.xml/": true, "/404.html/": true, "/index.html/": true, "/subscribe/": true, "/author/": true, "/webhooks/mailgun/": true, "/preview/x/": true,
		"/blog/": false, "/blog/books/": false, "/about/": false, "/pages/": false, "/2024/05/x/": false, "/booksellers/": false,
	} {
		if Reserved(path) != want {
			t.Errorf("Reserved(%q) is %v", path, !want)
		}
	}
}

// Everything that is planned besides posts, pages and redirects has a reserved path.
func TestOwnOutputsAreReserved(t *testing.T) {
	w := smallSite(t)
	p := w.plan(t)
	for key, o := range p.Outputs() {
		published := o.Stage == Article && !strings.HasPrefix(key, "preview/")
		if published || o.Stage == Redirect {
			if Reserved("/" + strings.TrimSuffix(key, indexFile)) {
				t.Errorf("%s is reserved", key)
			}
		} else if !Reserved("/" + strings.TrimSuffix(key, indexFile)) {
			t.Errorf("a post could take %s", key)
		}
	}
}

func TestEntryPath(t *testing.T) {
	vienna, err := time.LoadLocation("Europe/Vienna")
	if err != nil {
		t.Fatal(err)
	}
	late := time.Date(2023, 12, 31, 23, 30, 0, 0, time.UTC) // already 2024 in Vienna
	for _, c := range []struct {
		pattern string
		kind    post.Kind
		date    time.Time
		want    string
	}{
		{"/blog/:slug/", post.Article, late, "/blog/x/"},
		{"/:year/:month/:day/:slug/", post.Article, late, "/2024/01/01/x/"},
		{"/:year/:slug/", post.Article, time.Time{}, "/2022/x/"}, // undated: first uploaded
		{"/p/:slug.:year/", post.Article, late, "/p/x.2024/"},
		{"/:year/:slug/", post.Page, late, "/x/"},
	} {
		s := settings.Default()
		s.Permalink, s.Location = c.pattern, vienna
		e := &catalog.Entry{First: time.Date(2022, 3, 4, 0, 0, 0, 0, time.UTC), Meta: post.Meta{Kind: c.kind, Slug: "x", Date: c.date}}
		if got := EntryPath(s, e); got != c.want {
			t.Errorf("%s gives %s, want %s", c.pattern, got, c.want)
		}
	}
}

func TestSafePath(t *testing.T) {
	for written, want := range map[string]string{
		"/old/":                              "/old/",
		"old":                                "/old/",
		"/2019/05/post.html":                 "/2019/05/post.html/",
		"/old/index.html":                    "/old/",
		"/caf%C3%A9/":                        "/café/",
		"/a b/":                              "/a b/",
		"/":                                  "",
		"/../etc/":                           "",
		"/a/./b/":                            "",
		"/a//b/":                             "",
		"/a/%2e%2e/b/":                       "",
		"/a\x00b/":                           "",
		"/a\\b/":                             "",
		"/a?b/":                              "",
		"/a#b/":                              "",
		"/%zz/":                              "",
		"/\xff/":                             "",
		"/books/":                            "",
		"/feed.xml":                          "",
		"/index.html":                        "",
		" ":                                  "",
		"/" + strings.Repeat("x", 201) + "/": "",
		strings.Repeat("/"+strings.Repeat("x", 100), 10): "",
		"https://elsewhere.example/x/":                   "",
		"/a/ b/":                                         "",
	} {
		got, ok := safePath(written)
		if got != want || ok != (want != "") {
			t.Errorf("safePath(%q) is %q, %v; want %q", written, got, ok, want)
		}
	}
}

// A path called safe is a clean key that no other part of the site can have.
func FuzzSafePath(f *testing.F) {
	for _, seed := range []string{"/old/", "a/../b", "/%2e%2e/", "/x.html", "//", "/page/3", "/é\u0301/", "/a\u2028b/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, written string) {
		clean, ok := safePath(written)
		if !ok {
			return
		}
		key := redirectKey(clean)
		if !strings.HasPrefix(clean, "/") || !strings.HasSuffix(clean, "/") || len(key) > 1024 || strings.HasPrefix(key, "/") || Reserved(clean) {
			t.Fatalf("%q gives %q, key %q", written, clean, key)
		}
		for _, part := range strings.Split(key, "/") {
			if part == "" || part == "." || part == ".." || len(part) > 255 || strings.ContainsAny(part, "\\\x00\n?#") {
				t.Fatalf("%q gives the key %q", written, key)
			}
		}
		if again, ok := safePath((&url.URL{Path: clean}).EscapedPath()); !ok || again != clean {
			t.Fatalf("%q is not stable: %q", clean, again)
		}
	})
}

func TestFoldSortsAsPeopleLook(t *testing.T) {
	for name, want := range map[string]string{
		"Ursula K. Le Guin": "guin ursula k le", "Éric Chevillard": "chevillard eric", "Smith, Ann": "smith ann", "Plato": "plato",
		"Ann Lee and Bo Ray": "lee ann", "": "", "Ann Lee, Bo Ray": "lee ann",
	} {
		if got := fold(surnameFirst(name)); got != want {
			t.Errorf("%q is sorted as %q, want %q", name, got, want)
		}
	}
	for title, want := range map[string]string{"The Sea": "sea", "A": "a", "An Ode": "ode", "Éclat": "eclat", "1984": "1984", "Theory": "theory"} {
		if got := fold(withoutArticle(title)); got != want {
			t.Errorf("%q is sorted as %q, want %q", title, got, want)
		}
	}
}

func TestFirstSentence(t *testing.T) {
	for s, want := range map[string]string{
		"A patient book about ink and glue. It rewards rereading.": "A patient book about ink and glue.",
		"Mr. Smith is a patient man, says the book. True.":         "Mr. Smith is a patient man, says the book.",
		"No end at all":             "No end at all",
		"":                          "",
		strings.Repeat("word ", 60): strings.TrimSpace(strings.Repeat("word ", 31)) + "…",
		strings.Repeat("é", 200):    strings.Repeat("é", 159) + "…",
		"Is it 3.5 stars or is it 4? Hard to say, in the end.": "Is it 3.5 stars or is it 4? Hard to say, in the end.",
	} {
		if got := firstSentence(s); got != want {
			t.Errorf("%q begins %q, want %q", s, got, want)
		}
	}
}
