package functions

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

// TestTheAuthorsLinkShowsAndActs follows a link as a mail program's scanner would,
// and then presses the button.
func TestTheAuthorsLinkShowsAndActs(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	s := Surroundings{
		S3: storetest.Server(t), Content: "content", Site: "site", State: "state",
		Now: func() time.Time { return now }, Rand: rand.Reader, SiteURL: "https://notes.example",
		Undo: 10 * time.Minute, Settle: time.Minute, Deadline: time.Minute,
		Mailgun: Mailgun{Domain: "mg.notes.example"},
	}
	ctx := t.Context()
	c := catalog.New("secret")
	c.Sequence = 1
	c.Posts["alpha"] = &catalog.Entry{
		ID: "alpha", Key: "posts/alpha.md", First: now, GoLive: now, Seq: 1, Live: true, Path: "/blog/alpha/",
		Meta: post.Meta{Kind: post.Article, Title: "Alpha <& Omega>", Slug: "alpha"},
	}
	body, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.New(s.S3, s.State).Create(ctx, catalog.Key, body, store.Header{}); err != nil {
		t.Fatal(err)
	}
	n, err := s.Newsletter()
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Announce(ctx, "alpha"); err != nil {
		t.Fatal(err)
	}
	link, err := n.AuthorLink(ctx, "post-alpha")
	if err != nil {
		t.Fatal(err)
	}
	h := s.Subscribe()
	token, err := url.QueryUnescape(strings.TrimPrefix(link, "/author?t="))
	if err != nil {
		t.Fatal(err)
	}

	for range 3 {
		status, page := visit(t, h, httptest.NewRequestWithContext(ctx, http.MethodGet, link+"&do=cancel", nil))
		if status != http.StatusOK || !strings.Contains(page, "Alpha &lt;&amp; Omega&gt;") || strings.Count(page, "<h1") != 1 {
			t.Fatalf("status %d\n%s", status, page)
		}
		if strings.Index(page, `value="cancel"`) > strings.Index(page, `value="send"`) {
			t.Error("the button that the link meant does not come first")
		}
	}
	if state := stateOf(t, ctx, s); state != "waiting" {
		t.Fatalf("looking made the issue %s", state)
	}
	press := func(do string) (int, string) {
		form := url.Values{"t": {token}, "do": {do}}.Encode()
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/author", strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return visit(t, h, r)
	}
	if status, _ := press("cancel"); status != http.StatusSeeOther {
		t.Fatalf("cancelling answers %d", status)
	}
	if state := stateOf(t, ctx, s); state != "cancelled" {
		t.Fatalf("the issue is %s", state)
	}
	if status, page := press("send"); status != http.StatusConflict || !strings.Contains(page, "cannot be sent now") {
		t.Errorf("sending what is cancelled answers %d\n%s", status, page)
	}
	if status, _ := visit(t, h, httptest.NewRequestWithContext(ctx, http.MethodGet, "/author?t=nonsense", nil)); status != http.StatusGone {
		t.Errorf("a foreign link answers %d", status)
	}
	if status, _ := visit(t, h, httptest.NewRequestWithContext(ctx, http.MethodDelete, link, nil)); status != http.StatusMethodNotAllowed {
		t.Errorf("DELETE answers %d", status)
	}
}

// visit asks a handler, and holds that every answer has the headers that keep it safe.
func visit(t testing.TB, h http.Handler, r *http.Request) (status int, body string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
	} {
		if got := w.Header().Get(name); !strings.HasPrefix(got, want) {
			t.Errorf("%s %s answers %d with %s: %q", r.Method, r.URL.Path, w.Code, name, got)
		}
	}
	text, _ := io.ReadAll(w.Result().Body)
	return w.Code, string(text)
}

func stateOf(t *testing.T, ctx context.Context, s Surroundings) string {
	t.Helper()
	n, err := s.Newsletter()
	if err != nil {
		t.Fatal(err)
	}
	d, err := n.Show(ctx, "post-alpha")
	if err != nil {
		t.Fatal(err)
	}
	return string(d.State)
}
