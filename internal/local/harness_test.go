package local_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/pennypost/pennypost/functions"
	"github.com/pennypost/pennypost/internal/local"
	"github.com/pennypost/pennypost/internal/store"
)

// output is a terminal that can be read while it is written.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// blog is a small pennypost: every post becomes a page with the post's text.
type blog struct {
	around    functions.Surroundings
	delivered atomic.Int64
	ticks     atomic.Int64
	fail      func(m events.SQSMessage) error // may panic; nil: nothing fails
	tick      func(context.Context) error
}

func (b *blog) wire(s functions.Surroundings) (functions.Handlers, error) {
	b.around = s
	tick := func(ctx context.Context) error {
		b.ticks.Add(1)
		if b.tick != nil {
			return b.tick(ctx)
		}
		return nil
	}
	none := func(context.Context) error { return nil }
	says := func(word string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, word) })
	}
	return functions.Handlers{
		Publish: b.publish, PublishTick: tick, DigestTick: none, SendTick: none,
		Subscribe: says("the form"), Webhook: says("the webhook"),
	}, nil
}

func (b *blog) publish(ctx context.Context, e events.SQSEvent) (out events.SQSEventResponse, err error) {
	for _, m := range e.Records {
		b.delivered.Add(1)
		if b.fail != nil {
			if err := b.fail(m); err != nil {
				out.BatchItemFailures = append(out.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
				continue
			}
		}
		keys, err := functions.Keys(m.Body)
		if err != nil {
			return out, err
		}
		for _, key := range keys {
			if err := b.page(ctx, key); err != nil {
				return out, err
			}
		}
	}
	return out, nil
}

func (b *blog) page(ctx context.Context, key string) error {
	name := "blog/" + strings.TrimSuffix(strings.TrimPrefix(key, "posts/"), ".md") + "/index.html"
	site := store.New(b.around.S3, b.around.Site)
	_, body, err := store.New(b.around.S3, b.around.Content).Get(ctx, key, store.Cond{})
	if errors.Is(err, store.ErrNotFound) {
		o, err := site.Head(ctx, name)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return site.Delete(ctx, name, o.ETag)
	}
	if err == nil {
		err = store.Update(ctx, site, name, func([]byte) ([]byte, error) { return body, nil })
		b.around.Say("published /" + strings.TrimSuffix(name, "index.html"))
	}
	return err
}

// running is a pennypost under test.
type running struct {
	*testing.T
	blog *blog
	out  *output
	stop func() error // stops it and waits
}

// options for a run of its own: a data folder, a folder of posts, any ports.
func options(t *testing.T) local.Options {
	return local.Options{
		Dir: t.TempDir(), Data: filepath.Join(t.TempDir(), "data"), Tick: 20 * time.Millisecond,
		Site: "127.0.0.1:0", S3: "127.0.0.1:0", Mailgun: "127.0.0.1:0",
	}
}

func start(t *testing.T, o local.Options, b *blog) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{T: t, blog: b, out: &output{}}
	o.Wire = b.wire
	ended := make(chan error, 1)
	go func() { ended <- local.Run(ctx, o, r.out) }()
	r.stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() { _ = r.stop() })
	for end := time.Now().Add(10 * time.Second); !strings.Contains(r.out.String(), "Ctrl-C"); time.Sleep(5 * time.Millisecond) {
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("it ended: %v\n%s", err, r.out)
		default:
		}
		if time.Now().After(end) {
			t.Fatalf("it does not start:\n%s", r.out)
		}
	}
	return r
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// shows waits until a page of the site has that text; "" for no page.
func (r *running) shows(path, want string) {
	r.Helper()
	var status int
	var body string
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		status, body = get(r.T, r.blog.around.SiteURL+path)
		if want == "" && status == 404 || status == 200 && want != "" && body == want {
			return
		}
	}
	r.Fatalf("%s shows %d %q, want %q\n%s", path, status, body, want, r.out)
}

func (r *running) says(part string) {
	r.Helper()
	for end := time.Now().Add(10 * time.Second); !strings.Contains(r.out.String(), part); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			r.Fatalf("%q is not said:\n%s", part, r.out)
		}
	}
}

func write(t *testing.T, path, body string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
}
