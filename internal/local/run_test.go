package local_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/pennypost/pennypost/functions"
	"github.com/pennypost/pennypost/internal/store"
)

func TestFromFolderToPage(t *testing.T) {
	o, b := options(t), &blog{}
	write(t, filepath.Join(o.Dir, "a b+c.md"), "one")
	r := start(t, o, b)
	r.shows("/blog/a%20b+c/", "one")
	if status, body := get(t, b.around.SiteURL+"/"); status != 200 || !strings.Contains(body, o.Dir) {
		t.Errorf("the empty site: %d %s", status, body)
	}
	for path, want := range map[string]string{"/subscribe": "the form", "/webhooks/mailgun": "the webhook"} {
		if _, body := get(t, b.around.SiteURL+path); body != want {
			t.Errorf("%s: %s", path, body)
		}
	}
	if status, _ := get(t, b.around.Mailgun.Base+"/"); status != 200 {
		t.Errorf("the inbox: %d", status)
	}
	if status, body := get(t, b.around.Mailgun.Base+"/api/messages"); status != 200 || strings.TrimSpace(body) != "[]" {
		t.Errorf("no messages yet: %d %s", status, body)
	}

	write(t, filepath.Join(o.Dir, "a b+c.md"), "changed")
	r.shows("/blog/a%20b+c/", "changed")
	content := store.New(b.around.S3, "content")
	if _, err := content.Create(t.Context(), "posts/uploaded.md", []byte("by S3"), store.Header{}); err != nil {
		t.Fatal(err)
	}
	r.shows("/blog/uploaded/", "by S3")
	if err := os.Remove(filepath.Join(o.Dir, "a b+c.md")); err != nil {
		t.Fatal(err)
	}
	r.shows("/blog/a%20b+c/", "")

	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	text := r.out.String()
	for _, part := range []string{b.around.SiteURL + "/", b.around.Mailgun.Base + "/", "aws s3 cp hello.md s3://content/posts/", "--endpoint-url http://127.0.0.1:", o.Dir, "published /blog/uploaded/", "stopped"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not said:\n%s", part, text)
		}
	}
}

// What happens outside posts/ is nobody's business.
func TestOtherKeysWakeNobody(t *testing.T) {
	o, b := options(t), &blog{}
	o.Dir = ""
	r := start(t, o, b)
	for _, name := range []string{"content", "site", "state"} {
		if _, err := store.New(b.around.S3, name).Create(t.Context(), "receipts/posts/x", nil, store.Header{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := store.New(b.around.S3, "content").Create(t.Context(), "posts/x.md", []byte("x"), store.Header{}); err != nil {
		t.Fatal(err)
	}
	r.shows("/blog/x/", "x")
	if n := b.delivered.Load(); n != 1 {
		t.Errorf("%d events", n)
	}
}

func TestSecondStartDoesNothing(t *testing.T) {
	o, b := options(t), &blog{}
	seeded := 0
	o.Seed = func(ctx context.Context, s functions.Surroundings) error {
		seeded++
		_, err := store.New(s.S3, s.State).Create(ctx, "demo", nil, store.Header{})
		return err
	}
	write(t, filepath.Join(o.Dir, "a.md"), "one")
	r := start(t, o, b)
	r.shows("/blog/a/", "one")
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}

	again := &blog{}
	r = start(t, o, again)
	time.Sleep(500 * time.Millisecond) // a look at the folder, and a window of the queue
	r.shows("/blog/a/", "one")
	if n := again.delivered.Load(); n != 0 {
		t.Errorf("%d events", n)
	}
	if err := r.stop(); err != nil || seeded != 1 {
		t.Errorf("seeded %d times, %v", seeded, err)
	}

	o.Fresh = true
	fresh := &blog{}
	r = start(t, o, fresh)
	r.shows("/blog/a/", "one")
	if err := r.stop(); err != nil || seeded != 2 || fresh.delivered.Load() != 1 {
		t.Errorf("seeded %d times, %d events, %v", seeded, fresh.delivered.Load(), err)
	}
}

func TestHandlersThatFail(t *testing.T) {
	o := options(t)
	b := &blog{fail: func(m events.SQSMessage) error {
		switch m.Attributes["ApproximateReceiveCount"] {
		case "1":
			panic("boom for jane.doe@example.com")
		case "2":
			return errors.New("boom")
		}
		return nil
	}}
	write(t, filepath.Join(o.Dir, "a.md"), "one")
	r := start(t, o, b)
	r.shows("/blog/a/", "one")
	r.says("the handler panicked: boom for (address)")
	if strings.Contains(r.out.String(), "jane") {
		t.Errorf("an address was said:\n%s", r.out)
	}
}

func TestAThousandPostsAtOnce(t *testing.T) {
	o, b := options(t), &blog{}
	for i := range 1000 {
		write(t, filepath.Join(o.Dir, fmt.Sprintf("post-%d.md", i)), fmt.Sprint(i))
	}
	r := start(t, o, b)
	for end := time.Now().Add(time.Minute); b.delivered.Load() < 1000 && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
	r.shows("/blog/post-0/", "0")
	r.shows("/blog/post-999/", "999")
	if n := b.delivered.Load(); n != 1000 {
		t.Errorf("%d events", n)
	}
}
