package local_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
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

func TestTicks(t *testing.T) {
	o := options(t)
	var running, most atomic.Int64
	b := &blog{}
	b.tick = func(context.Context) error {
		most.Store(max(most.Load(), running.Add(1)))
		defer running.Add(-1)
		time.Sleep(50 * time.Millisecond) // longer than a tick
		if n := b.ticks.Load(); n == 2 || n == 3 {
			panic("boom")
		}
		return nil
	}
	r := start(t, o, b)
	for end := time.Now().Add(10 * time.Second); b.ticks.Load() < 6 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if most.Load() != 1 || b.ticks.Load() < 6 {
		t.Errorf("%d ticks, %d at once", b.ticks.Load(), most.Load())
	}
	if n := strings.Count(r.out.String(), "publishing on the clock failed and is tried again: it panicked: boom"); n != 1 {
		t.Errorf("said %d times:\n%s", n, r.out)
	}
}

func TestClock(t *testing.T) {
	o, b := options(t), &blog{}
	o.Now = time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
	o.Dir = ""
	start(t, o, b)
	bucket := store.New(b.around.S3, "content")
	if _, err := bucket.Create(t.Context(), "x", nil, store.Header{}); err != nil {
		t.Fatal(err)
	}
	object, err := bucket.Head(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []time.Time{b.around.Now(), object.Modified} {
		if d := at.Sub(o.Now); d < 0 || d > time.Minute {
			t.Errorf("it is %v", at)
		}
	}
}

func TestOneClearLine(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	held, b := options(t), &blog{}
	start(t, held, b)
	cases := map[string]struct {
		change func(*local.Options)
		want   string
	}{
		"site port in use":    {func(o *local.Options) { o.Site = taken.Addr().String() }, "choose another address with --site"},
		"s3 port in use":      {func(o *local.Options) { o.S3 = taken.Addr().String() }, "choose another address with --s3"},
		"mailgun port in use": {func(o *local.Options) { o.Mailgun = taken.Addr().String() }, "choose another address with --mailgun"},
		"no address":          {func(o *local.Options) { o.Site = "nowhere" }, "nowhere cannot be used as --site"},
		"no such folder":      {func(o *local.Options) { o.Dir = filepath.Join(o.Dir, "none") }, "none does not exist"},
		"data in use":         {func(o *local.Options) { o.Data = held.Data }, "another pennypost is using"},
		"foreign data folder": {func(o *local.Options) {
			o.Data, o.Fresh = t.TempDir(), true
			write(t, filepath.Join(o.Data, "thesis.txt"), "important")
		}, "holds other things"},
		"newer data": {func(o *local.Options) {
			o.Data = t.TempDir()
			write(t, filepath.Join(o.Data, "version"), "2\n")
		}, "was written by a newer pennypost (format 2, this one knows 1)"},
		"damaged data": {func(o *local.Options) {
			o.Data = t.TempDir()
			write(t, filepath.Join(o.Data, "version"), "?")
		}, "is damaged"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			o := options(t)
			o.Wire = (&blog{}).wire
			c.change(&o)
			var out output
			err := local.Run(t.Context(), o, &out)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if out.String() != "" {
				t.Errorf("it said %s", &out)
			}
			if _, err := os.Stat(filepath.Join(o.Data, "thesis.txt")); name == "foreign data folder" && err != nil {
				t.Error("what is not ours was deleted")
			}
		})
	}
}

func TestNewerDataCanBeForgotten(t *testing.T) {
	o := options(t)
	if err := os.MkdirAll(o.Data, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(o.Data, "version"), "99\n")
	o.Fresh = true
	start(t, o, &blog{})
}

func TestConnect(t *testing.T) {
	o, b := options(t), &blog{}
	o.Now = time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)
	if _, err := local.Connect(o.Data); err == nil || !strings.Contains(err.Error(), "there are no data in") {
		t.Errorf("without a folder: %v", err)
	}
	if _, err := os.Stat(o.Data); err == nil {
		t.Error("the folder was made")
	}
	r := start(t, o, b)
	put := func(key string, wantRunning bool) {
		t.Helper()
		c, err := local.Connect(o.Data)
		if err != nil {
			t.Fatal(err)
		}
		if (c.Mailgun != "") != wantRunning || (c.Site != "") != wantRunning {
			t.Errorf("the site at %q, mail at %q", c.Site, c.Mailgun)
		}
		if ahead := c.Now().Sub(o.Now).Abs(); wantRunning && ahead > time.Hour {
			t.Errorf("the clock is %s away from the running one", ahead)
		}
		if _, err := store.New(c.S3, "state").Create(t.Context(), key, []byte(key), store.Header{}); err != nil {
			t.Error(err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	put("while it runs", true)
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	put("while nothing runs", false)
	put("and once more", false)
	start(t, o, b)
	objects, _, err := store.New(b.around.S3, "state").List(t.Context(), "", "", 0)
	if err != nil || len(objects) != 3 {
		t.Errorf("%v %v", objects, err)
	}
}

// A page whose host name was made to mean this machine can read nothing.
func TestForeignHostNames(t *testing.T) {
	o, b := options(t), &blog{}
	start(t, o, b)
	endpoint, _, err := local.Address(o.Data)
	if err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{b.around.Mailgun.Base + "/api/messages", endpoint + "/state"} {
		for host, want := range map[string]int{"evil.example": 403, "evil.example:80": 403, "localhost:1": 200, "127.0.0.1": 200, "[::1]:9": 200} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Host = host
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			if answer.StatusCode != want {
				t.Errorf("%s as %s: %d, want %d", url, host, answer.StatusCode, want)
			}
		}
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
