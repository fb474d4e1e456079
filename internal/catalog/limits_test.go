package catalog

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/post"
)

func TestLimitOnPosts(t *testing.T) {
	c := New("s")
	for i := range MaxPosts - 1 {
		id := fmt.Sprint(i)
		c.Posts[id] = &Entry{ID: id, Key: "posts/" + id + ".md", Meta: post.Meta{Hash: id}}
	}
	upload := func(key string) *File {
		c.See(Seen{Key: key, ETag: key, Hash: key, Uploaded: time.Unix(0, 0), Post: &post.Meta{Slug: key, Hash: key}}, time.Unix(0, 0))
		return c.Files[key]
	}
	if f := upload("posts/last.md"); f.Problem != "" || f.Post == "" || len(c.Posts) != MaxPosts {
		t.Fatalf("at the limit: %+v", f)
	}
	if f := upload("posts/more.md"); !strings.Contains(f.Problem, "50000 posts") || f.Post != "" || len(c.Posts) != MaxPosts {
		t.Fatalf("beyond the limit: %+v", f)
	}
	// An edit is none too many, and room made is room had.
	if f := upload("posts/last.md"); f.Problem != "" {
		t.Errorf("an edit: %+v", f)
	}
	c.See(Seen{Key: "posts/last.md", Missing: true}, time.Unix(0, 0))
	if f := upload("posts/more.md"); f.Problem != "" || f.Post == "" {
		t.Errorf("after a removal: %+v", f)
	}
}

// A catalog that could not be read again is not written.
func TestLimitOnTheCatalog(t *testing.T) {
	c := New(strings.Repeat("s", MaxBytes-400))
	packed, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Decode(packed); err != nil {
		t.Errorf("at the limit: %v", err)
	}
	c.Secret += strings.Repeat("s", 400)
	if _, err := c.Encode(); !errors.Is(err, ErrTooLarge) {
		t.Errorf("beyond the limit: %v", err)
	}
}
