package cli

import (
	"slices"
	"strings"
	"testing"
)

const welcome = "---\ntitle: Hello there\ndate: 2026-11-27\ntags: [notes]\n---\nThe first words. See [the book](garden.md).\n"
const review = "# Book Review: The Garden by Ida Moss\n\nA quiet book about *beds*.\n"

// A day of an author: upload, look, edit, rename, delete, think better of it. One
// mail a post, whatever happens to it.
func TestADay(t *testing.T) {
	t.Parallel()
	p := launch(t, "--now", "2026-11-27T08:00:00Z")
	p.put("posts/hello.md", welcome)
	got := p.receipt("posts/hello.md", "Published", "http://"+p.site+"/blog/hello/", "garden.md", "1 subscriber", "mailed at")
	if strings.Contains(got, "@") {
		t.Errorf("a receipt holds an address:\n%s", got)
	}
	p.put("posts/garden.md", review)
	p.receipt("posts/garden.md", "Published", "mailed at")
	p.shows("/blog/hello/", `href="/blog/garden/"`) // mended by itself
	for path, text := range map[string]string{
		"/": "Hello there", "/books/": "Ida Moss", "/tags/notes/": "Hello there", "/archive/": "2026",
		"/feed.xml": "The first words", "/atom.xml": "The first words", "/feed.json": "The first words",
		"/sitemap.xml": "/blog/hello/", "/robots.txt": "sitemap",
	} {
		if code, body := p.page(path); code != 200 || !strings.Contains(strings.ToLower(body), strings.ToLower(text)) {
			t.Errorf("%s answers %d without %q", path, code, text)
		}
	}
	mails := []string{"each@demo.example: Book Review: The Garden by Ida Moss", "each@demo.example: Hello there"}
	if got := p.subjects(); !slices.Equal(got, mails) {
		t.Fatalf("mailed %q, want %q", got, mails)
	}
	for _, l := range p.letters() {
		if !strings.HasPrefix(l.Headers["List-Unsubscribe"], "<http://"+p.site+"/unsubscribe?t=") || l.Headers["List-Unsubscribe-Post"] != "List-Unsubscribe=One-Click" {
			t.Errorf("headers of a mail: %q", l.Headers)
		}
		if !strings.Contains(l.HTML, "http://"+p.site+"/blog/") || !strings.Contains(l.Text, "http://"+p.site+"/preferences?t=") {
			t.Errorf("a mail lacks its links: %s", l.Text)
		}
	}

	p.put("posts/hello.md", strings.Replace(welcome, "first words", "second thoughts", 1))
	p.shows("/blog/hello/", "second thoughts")
	// A rename as clients do it: copy, then delete.
	p.put("posts/old/garden-book.md", review)
	p.receipt("posts/old/garden-book.md", "Held", "word for word")
	p.remove("posts/garden.md")
	p.receipt("posts/old/garden-book.md", "Published", "/blog/garden-book/")
	p.receipt("posts/garden.md", "Removed", "garden-book.md")
	p.shows("/blog/garden/", "/blog/garden-book/") // where it went
	p.remove("posts/hello.md")
	p.receipt("posts/hello.md", "Removed")
	until(t, "the page to go", func() bool { code, _ := p.page("/blog/hello/"); return code == 404 })
	if _, body := p.page("/"); strings.Contains(body, "Hello there") {
		t.Error("the index still names a removed post")
	}
	p.put("posts/hello.md", welcome)
	p.receipt("posts/hello.md", "Published", "mailed at")
	p.settle()
	if got := p.subjects(); !slices.Equal(got, mails) {
		t.Errorf("after all that mailed %q, want %q", got, mails)
	}

	before := p.bucket("site")
	printed := p.stop()
	for _, line := range strings.Split(strings.TrimSpace(printed), "\n") {
		if strings.Contains(line, "@") || strings.Contains(line, "error") || strings.Contains(line, "failed") {
			t.Errorf("printed %q", line)
		}
	}
	if n := strings.Count(printed, "published /blog/hello/"); n != 2 {
		t.Errorf("said %d times that hello was published, want once and once again after its return:\n%s", n, printed)
	}
	if strings.Count(printed, "mailing 1 subscriber") != 2 || strings.Count(printed, "\nmailed 1 subscriber\n") != 2 {
		t.Error("two mails are not told of once before and once after")
	}
	p.start()
	p.put("posts/draft.md", "---\ndraft: true\n---\n# Not yet\n")
	draft := p.receipt("posts/draft.md", "Draft", "/preview/")
	p.settle()
	if got := p.subjects(); !slices.Equal(got, mails) {
		t.Errorf("after a second start mailed %q, want %q", got, mails)
	}
	_, preview, _ := strings.Cut(draft, "http://"+p.site)
	preview, _, _ = strings.Cut(preview, "\n")
	p.shows(strings.TrimSpace(preview), "Not yet")
	p.remove("posts/draft.md")
	p.receipt("posts/draft.md", "Removed")
	p.settle()
	same(t, p.bucket("site"), before)
	if said := p.stop(); strings.Contains(said, "published") || strings.Contains(said, "updated") {
		t.Error("a second start on the same data published something")
	}
}
