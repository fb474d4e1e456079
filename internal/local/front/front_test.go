package front_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/pennypost/pennypost/internal/local/front"
	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

// serve starts a front over an empty bucket.
func serve(t *testing.T) (bucket *store.Bucket, url string) {
	t.Helper()
	bucket = store.New(storetest.Server(t), "site")
	welcome, err := front.Welcome("posts", "http://127.0.0.1:9000", "content")
	if err != nil {
		t.Fatal(err)
	}
	says := func(word string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, word+" "+r.Method) })
	}
	server := httptest.NewServer(front.New(front.Options{
		Site: bucket, Subscribe: says("subscribe"), Webhook: says("webhook"), Welcome: welcome,
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}))
	t.Cleanup(server.Close)
	return bucket, server.URL
}

func put(t *testing.T, b *store.Bucket, key, body string, h store.Header) (etag string) {
	t.Helper()
	etag, err := b.Create(t.Context(), key, []byte(body), h)
	if err != nil {
		t.Fatal(err)
	}
	return etag
}

// ask sends a request as it stands: the address is not tidied up, redirects are not
// followed, nothing is unpacked.
func ask(t *testing.T, method, url, path string, header ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	path, query, _ := strings.Cut(path, "?")
	r.URL.Opaque = "//" + r.URL.Host + path
	r.URL.RawQuery = query
	r.Header.Set("Accept-Encoding", "identity")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

func TestAddresses(t *testing.T) {
	bucket, url := serve(t)
	f, err := os.Open("testdata/urls.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	type row struct {
		method, path string
		status       int
		target       string
	}
	var rows []row
	stored := map[string]bool{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		word := strings.Fields(line)
		if len(word) < 4 {
			t.Fatalf("unreadable: %q", line)
		}
		// The target is the rest of the line: keys may hold blanks.
		status, err := strconv.Atoi(word[2])
		if err != nil {
			t.Fatalf("unreadable: %q", line)
		}
		target := strings.TrimSpace(line[strings.Index(line, " "+word[2]+" ")+len(word[2])+2:])
		rows = append(rows, row{word[0], word[1], status, target})
		if (status == 200 || status == 404) && !stored[target] {
			stored[target] = true
			put(t, bucket, target, "this is "+target, store.Header{ContentType: "text/html; charset=utf-8"})
		}
	}
	for _, row := range rows {
		answer, body := ask(t, row.method, url, row.path)
		if answer.StatusCode != row.status {
			t.Errorf("%s %s: %d, want %d", row.method, row.path, answer.StatusCode, row.status)
			continue
		}
		switch {
		case row.status == 301:
			if got := answer.Header.Get("Location"); got != row.target {
				t.Errorf("%s %s: to %q, want %q", row.method, row.path, got, row.target)
			}
		case row.status == 405:
			if got := answer.Header.Get("Allow"); got != "GET, HEAD" {
				t.Errorf("%s %s: allows %q", row.method, row.path, got)
			}
		case row.method == "HEAD":
			if body != "" || answer.ContentLength != int64(len("this is "+row.target)) {
				t.Errorf("%s %s: %q, length %d", row.method, row.path, body, answer.ContentLength)
			}
		default:
			if body != "this is "+row.target {
				t.Errorf("%s %s: %q", row.method, row.path, body)
			}
		}
		for name, part := range map[string]string{
			"Content-Security-Policy": "default-src 'none'",
			"X-Content-Type-Options":  "nosniff",
			"Referrer-Policy":         "strict-origin-when-cross-origin",
			"Permissions-Policy":      "camera=()",
		} {
			if !strings.Contains(answer.Header.Get(name), part) {
				t.Errorf("%s %s: %s is %q", row.method, row.path, name, answer.Header.Get(name))
			}
		}
	}
}

func TestNothingPublishedYet(t *testing.T) {
	bucket, url := serve(t)
	answer, body := ask(t, "GET", url, "/")
	for _, part := range []string{"Nothing published yet", "<code>posts</code>", "s3://content/posts/ --no-sign-request --endpoint-url http://127.0.0.1:9000"} {
		if answer.StatusCode != 200 || !strings.Contains(body, part) {
			t.Errorf("%s, without %q: %s", answer.Status, part, body)
		}
	}
	style := body[strings.Index(body, "<style>")+len("<style>") : strings.Index(body, "</style>")]
	sum := sha256.Sum256([]byte(style))
	if p := answer.Header.Get("Content-Security-Policy"); !strings.Contains(p, "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"';") {
		t.Errorf("the page's own style is not allowed: %s", p)
	}
	if answer, _ := ask(t, "GET", url, "/x/"); answer.StatusCode != 404 {
		t.Errorf("an unknown page: %s", answer.Status)
	}
	put(t, bucket, "index.html", "the index", store.Header{})
	if _, body := ask(t, "GET", url, "/"); body != "the index" {
		t.Errorf("got %q", body)
	}
}

func TestFunctionsBehindTheFront(t *testing.T) {
	_, url := serve(t)
	for path, word := range map[string]string{
		"/subscribe": "subscribe", "/confirm?t=1": "subscribe", "/preferences": "subscribe",
		"/unsubscribe": "subscribe", "/author": "subscribe", "/webhooks/mailgun": "webhook",
	} {
		for _, method := range []string{"GET", "POST"} {
			if _, body := ask(t, method, url, path); body != word+" "+method {
				t.Errorf("%s %s: %q", method, path, body)
			}
		}
	}
}

func TestFunctionThatPanics(t *testing.T) {
	var said bytes.Buffer
	f := front.New(front.Options{
		Subscribe: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") }),
		Log:       slog.New(slog.NewTextHandler(&said, nil)),
	})
	w := httptest.NewRecorder()
	f.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/subscribe", nil))
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "boom") || !strings.Contains(said.String(), "boom") {
		t.Errorf("answered %d %s, said %s", w.Code, w.Body, &said)
	}
}

func TestConditionalAndPacked(t *testing.T) {
	bucket, url := serve(t)
	long := strings.Repeat("a line of text\n", 500)
	etag := put(t, bucket, "index.html", long, store.Header{ContentType: "text/html; charset=utf-8", CacheControl: "public, max-age=60"})
	put(t, bucket, "media/x.jpg", long, store.Header{ContentType: "image/jpeg"})
	put(t, bucket, "404.html", long, store.Header{ContentType: "text/html; charset=utf-8"})

	answer, body := ask(t, "GET", url, "/")
	if body != long || answer.Header.Get("ETag") != etag || answer.Header.Get("Cache-Control") != "public, max-age=60" || answer.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("%v", answer.Header)
	}
	answer, body = ask(t, "GET", url, "/", "Accept-Encoding", "br, gzip")
	if answer.Header.Get("Content-Encoding") != "gzip" || answer.Header.Get("ETag") != "W/"+etag || answer.Header.Get("Vary") != "Accept-Encoding" {
		t.Errorf("%v", answer.Header)
	}
	if got := unpack(t, body); got != long || len(body) > 500 {
		t.Errorf("%d bytes, unpacked %d", len(body), len(got))
	}
	if _, body := ask(t, "GET", url, "/x/", "Accept-Encoding", "gzip"); unpack(t, body) != long {
		t.Error("the page for what is missing is not packed well")
	}
	for _, accept := range []string{"", "br", "gzip;q=0", "identity, *;q=0"} {
		if answer, body := ask(t, "GET", url, "/", "Accept-Encoding", accept); answer.Header.Get("Content-Encoding") != "" || body != long {
			t.Errorf("for %q packed as %q", accept, answer.Header.Get("Content-Encoding"))
		}
	}
	if answer, body := ask(t, "GET", url, "/media/x.jpg", "Accept-Encoding", "gzip"); answer.Header.Get("Content-Encoding") != "" || body != long {
		t.Error("a photo was packed")
	}
	for _, tag := range []string{etag, "W/" + etag, `"x", ` + etag, "*"} {
		for _, accept := range []string{"identity", "gzip"} {
			answer, body := ask(t, "GET", url, "/", "If-None-Match", tag, "Accept-Encoding", accept)
			if answer.StatusCode != 304 || body != "" || answer.Header.Get("Cache-Control") == "" {
				t.Errorf("If-None-Match %s: %s", tag, answer.Status)
			}
		}
	}
	if answer, _ := ask(t, "GET", url, "/", "If-None-Match", `"x"`); answer.StatusCode != 200 {
		t.Errorf("another ETag: %s", answer.Status)
	}
	if answer, _ := ask(t, "GET", url, "/", "If-Modified-Since", answer.Header.Get("Last-Modified")); answer.StatusCode != 304 {
		t.Errorf("If-Modified-Since: %s", answer.Status)
	}
	if answer, body := ask(t, "GET", url, "/media/x.jpg", "Range", "bytes=2-5"); answer.StatusCode != 206 || body != long[2:6] {
		t.Errorf("a range: %s %q", answer.Status, body)
	}
	if answer, body := ask(t, "GET", url, "/", "Range", "bytes=2-5", "Accept-Encoding", "gzip"); answer.StatusCode != 206 || body != long[2:6] {
		t.Errorf("a range of text: %s %q", answer.Status, body)
	}
}

func unpack(t *testing.T, body string) string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
