package publish_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/local/s3disk"
	"github.com/pennypost/pennypost/internal/publish"
	"github.com/pennypost/pennypost/internal/receipt"
	"github.com/pennypost/pennypost/internal/site"
	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/store/storetest"
	"github.com/pennypost/pennypost/internal/theme"
)

// world is a stack of buckets on a real S3 server with a clock that the test moves.
type world struct {
	t       testing.TB
	url     string
	content *store.Bucket // as the author reaches it
	site    *store.Bucket
	state   *store.Bucket

	mu        sync.Mutex
	now       time.Time
	announced map[string]int // post id → times
	cleared   int            // invalidations
	trips     *trips
	// restored is set once the catalog was, or is lost; alarmed, once the log says so.
	restored, alarmed bool
	// mailed, if it is set, is what the newsletter says of a post's mail.
	mailed func() []string
}

// trips is the road to the server. It counts requests and can be broken.
type trips struct {
	mu    sync.Mutex
	log   []string // "PUT /site/index.html"
	fault func(n int, r *http.Request) (before, after bool)
	weigh func(up, down int64) // is told the bytes of each request and answer
	n     int
}

// lines are connections that no other test's server cuts when it closes, as it does those of
// http.DefaultTransport.
var lines = http.DefaultTransport.(*http.Transport).Clone()

var errBroken = errors.New("the connection broke")

// RoundTrip implements http.RoundTripper.
func (t *trips) RoundTrip(r *http.Request) (*http.Response, error) {
	t.mu.Lock()
	t.n++
	t.log = append(t.log, r.Method+" "+r.URL.Path)
	var before, after bool
	if t.fault != nil {
		before, after = t.fault(t.n, r)
	}
	t.mu.Unlock()
	if before {
		return nil, errBroken
	}
	resp, err := lines.RoundTrip(r)
	if t.weigh != nil && err == nil {
		t.weigh(max(0, r.ContentLength), max(0, resp.ContentLength))
	}
	if after && err == nil {
		_ = resp.Body.Close()
		return nil, errBroken
	}
	return resp, err
}

// writes lists the objects written or deleted in a bucket since the last call of reset.
func (t *trips) writes(bucket string) []string { return t.asked(bucket, "PUT", "DELETE") }

// asked lists the objects that requests of some methods were about since the last call of
// reset, each as often as it was.
func (t *trips) asked(bucket string, methods ...string) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var keys []string
	for _, line := range t.log {
		method, path, _ := strings.Cut(line, " ")
		if key, ok := strings.CutPrefix(path, "/"+bucket+"/"); ok && slices.Contains(methods, method) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// noPut is a fault on which no object is ever written at a path: "/site/index.html".
func noPut(path string) func(int, *http.Request) (before, after bool) {
	return func(_ int, r *http.Request) (before, after bool) {
		return r.Method == http.MethodPut && r.URL.Path == path, false
	}
}

func (t *trips) reset() {
	t.mu.Lock()
	t.log, t.n, t.fault = nil, 0, nil
	t.mu.Unlock()
}

func newWorld(t testing.TB) *world {
	t.Helper()
	disk, err := s3disk.Open(t.TempDir(), s3disk.Options{Volatile: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := disk.Make("content", "site", "state"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(disk.Handler())
	t.Cleanup(server.Close)
	w := &world{t: t, url: server.URL, announced: map[string]int{}, trips: &trips{}}
	w.now = time.Now().UTC().Truncate(time.Second)
	c := w.client(nil)
	w.content, w.site, w.state = store.New(c, "content"), store.New(c, "site"), store.New(c, "state")
	return w
}

func (w *world) client(road http.RoundTripper) *s3.Client {
	o := s3.Options{
		BaseEndpoint: &w.url,
		Region:       "us-east-1",
		UsePathStyle: true,
		Credentials:  credentials.NewStaticCredentialsProvider("any", "any", ""),
	}
	if road != nil {
		o.HTTPClient = &http.Client{Transport: road}
		o.Retryer = aws.NopRetryer{}
	}
	return s3.New(o)
}

// publisher is a publisher of its own memory, as a new process has it.
func (w *world) publisher() *publish.Publisher { return w.publisherOver(w.trips) }

// publisherOver is one that takes another road to the server.
func (w *world) publisherOver(road *trips) *publish.Publisher {
	c := w.client(road)
	return publish.New(publish.Options{
		Content: store.New(c, "content"), Site: store.New(c, "site"), State: store.New(c, "state"),
		Announcer: w, Invalidator: w,
		Now:     func() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.now },
		Rand:    rand.Reader,
		Log:     slog.New(slog.NewTextHandler(w, nil)),
		SiteURL: "https://blog.example", Patience: 10 * time.Second,
	})
}

// AnnounceAll implements publish.Announcer: it notes the posts.
func (w *world) AnnounceAll(_ context.Context, ids []string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range ids {
		w.announced[id]++
	}
	return nil
}

// Expect implements publish.Announcer.
func (w *world) Expect(context.Context, *catalog.Catalog, *catalog.Entry) ([]string, error) {
	if w.mailed != nil {
		return w.mailed(), nil
	}
	return []string{"3 subscribers at once"}, nil
}

// Invalidate implements publish.Invalidator.
func (w *world) Invalidate(context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cleared++
	return nil
}

// Write implements io.Writer for the log.
func (w *world) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.alarmed = w.alarmed || bytes.Contains(line, []byte("what this catalog never saw"))
	return len(line), nil
}

func (w *world) wait(d time.Duration) {
	w.mu.Lock()
	w.now = w.now.Add(d)
	w.mu.Unlock()
}

// put uploads a file as an author does: over whatever is there.
func (w *world) put(key, text string) {
	w.t.Helper()
	_, err := w.client(nil).PutObject(w.t.Context(), &s3.PutObjectInput{
		Bucket: aws.String("content"), Key: &key, Body: strings.NewReader(text),
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) rm(key string) {
	w.t.Helper()
	_, err := w.client(nil).DeleteObject(w.t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("content"), Key: &key})
	if err != nil {
		w.t.Fatal(err)
	}
}

// drop deletes an object behind everybody's back.
func (w *world) drop(b *store.Bucket, key string) {
	w.t.Helper()
	o, err := b.Head(w.t.Context(), key)
	if err == nil {
		err = b.Delete(w.t.Context(), key, o.ETag)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.restored = w.restored || key == catalog.Key
}

func (w *world) run(p *publish.Publisher, keys ...string) {
	w.t.Helper()
	if err := p.Run(w.t.Context(), keys); err != nil {
		w.t.Fatal(err)
	}
}

// tick lets time pass and the clock call until nothing is left.
func tick(t testing.TB, w *world) {
	t.Helper()
	p := w.publisher()
	for range 6 {
		w.wait(2 * time.Minute)
		if err := p.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// page is the body of a site key, or "".
func (w *world) page(key string) string {
	w.t.Helper()
	return w.text(w.site, key)
}

func (w *world) receipt(source string) string {
	w.t.Helper()
	return w.text(w.content, receipt.Key(source))
}

func (w *world) text(b *store.Bucket, key string) string {
	w.t.Helper()
	_, body, err := b.Get(w.t.Context(), key, store.Cond{})
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		w.t.Fatal(err)
	}
	return string(body)
}

func (w *world) catalog() *catalog.Catalog {
	w.t.Helper()
	_, body, err := w.state.Get(w.t.Context(), catalog.Key, store.Cond{})
	if err != nil {
		w.t.Fatal(err)
	}
	c, err := catalog.Decode(body)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// has fails the test unless the text has each of the parts; a part that begins
// with "!" must not be there.
func (w *world) has(what, text string, parts ...string) {
	w.t.Helper()
	for _, part := range parts {
		not, negated := strings.CutPrefix(part, "!")
		if negated && strings.Contains(text, not) {
			w.t.Errorf("%s has %q", what, not)
		} else if !negated && !strings.Contains(text, part) {
			w.t.Errorf("%s lacks %q:\n%.1500s", what, part, text)
		}
	}
}

// settled fails the test unless the site is, byte for byte, what a plan made from
// scratch of the content as it is now and of the catalog's history says, nothing
// is pending or owed, and no key was forgotten.
func (w *world) settled() {
	w.t.Helper()
	ctx := w.t.Context()
	c := w.catalog()
	early := w.now.Sub(c.Owed.Cleared) < time.Minute // since the CDN was cleared
	if len(c.Unread) > 0 || len(c.Pending) > 0 || len(c.Owed.Receipts) > 0 || c.Owed.Invalidation != 0 && !early {
		w.t.Errorf("still to be read %v, pending %v, owed %+v", c.Unread, c.Pending, c.Owed)
	}
	if w.alarmed && !w.restored {
		w.t.Error("the catalog was taken for a restored one")
	}
	there := map[string]string{}
	for _, o := range storetest.List(w.t, w.content, "posts/") {
		there[o.Key] = o.ETag
		f := c.Files[o.Key]
		if f == nil || f.ETag != o.ETag {
			w.t.Errorf("the catalog does not know %s as it is", o.Key)
		}
		if w.receipt(o.Key) == "" {
			w.t.Errorf("%s has no receipt", o.Key)
		}
	}
	for key := range c.Files {
		if there[key] == "" {
			w.t.Errorf("the catalog knows %s, which is gone", key)
		}
	}
	s, err := publish.Settings(c, "https://blog.example")
	if err != nil {
		w.t.Fatal(err)
	}
	look, err := theme.New(s)
	if err != nil {
		w.t.Fatal(err)
	}
	plan := site.New(c, s, look)
	for key, o := range plan.Outputs() {
		if e := c.Posts[c.Outputs[key].Post]; e != nil && !c.Current(e) && w.page(key) != "" {
			continue // the last good page stays
		}
		obj, err := plan.Render(key, func(source string) ([]byte, error) {
			_, body, err := w.content.Get(ctx, source, store.Cond{})
			return body, err
		})
		if err != nil {
			if len(o.Sources) == 0 || c.Current(c.ByKey(o.Sources[0])) {
				w.t.Errorf("%s cannot be made: %v", key, err)
			}
			continue
		}
		if got := w.page(key); got != string(obj.Body) {
			w.t.Errorf("%s is not what it should be (%d bytes, want %d)", key, len(got), len(obj.Body))
		}
	}
	for _, o := range storetest.List(w.t, w.site, "") {
		if _, planned := plan.Outputs()[o.Key]; !planned && !site.Kept(o.Key) {
			w.t.Errorf("%s is an orphan", o.Key)
		}
	}
}

func post(title, rest string) string {
	return fmt.Sprintf("---\ntitle: %q\ndescription: about %s\n%s---\n\nThe text of %s.\n", title, title, rest, title)
}

func jpegOf(t testing.TB, side int) string {
	var b bytes.Buffer
	encodeJPEG(t, &b, side)
	return b.String()
}
