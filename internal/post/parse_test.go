package post

import "testing"

func TestParseReadsTitleFromHeading(t *testing.T) {
	p, err := Parse("posts/2024-05-01-a-walk.md", []byte("# Book Review: The Walk by Ada Lane\n\nIt is short.\n"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if p.Title != "Book Review: The Walk by Ada Lane" || p.Slug != "a-walk" || p.DateText != "2024-05-01" {
		t.Errorf("got %+v", p.Meta)
	}
	if p.Book == nil || p.Book.Title != "The Walk" || p.Book.Author != "Ada Lane" {
		t.Errorf("got book %+v", p.Book)
	}
	if got := p.HTML(nil); got != "<p>It is short.</p>\n" {
		t.Errorf("got %q", got)
	}
}
