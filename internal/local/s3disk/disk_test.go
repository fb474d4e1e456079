package s3disk_test

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/pennypost/pennypost/internal/local/s3disk"
	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

// serve opens a folder with one bucket and serves it.
func serve(t testing.TB, dir string, o s3disk.Options) (client *s3.Client, url string) {
	t.Helper()
	disk, err := s3disk.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := disk.Make("content"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(disk.Handler())
	t.Cleanup(server.Close)
	return storetest.Client(server.URL), server.URL
}

func TestOpenAgain(t *testing.T) {
	dir := t.TempDir()
	at := time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)
	client, _ := serve(t, dir, s3disk.Options{Now: func() time.Time { return at }})
	b := store.New(client, "content")
	header := store.Header{ContentType: "text/plain", CacheControl: "no-cache", Metadata: map[string]string{"a": "b"}}
	long := strings.Repeat("key ", 255) + ".md" // S3's limit is 1,024 bytes
	for _, key := range []string{"x", "x/y", "x/y/z", "/x", "x//y", "x/", "..", "a/../b", long} {
		if _, err := b.Create(t.Context(), key, []byte(key), header); err != nil {
			t.Fatalf("%q: %v", key, err)
		}
	}
	var before []store.Object
	for range 2 {
		objects, _, err := b.List(t.Context(), "", "", 0)
		if err != nil || len(objects) != 9 {
			t.Fatalf("%d objects: %+v %v", len(objects), objects, err)
		}
		for _, o := range objects {
			head, body, err := b.Get(t.Context(), o.Key, store.Cond{IfMatch: o.ETag})
			if err != nil || string(body) != o.Key || !head.Modified.Equal(at) || !o.Modified.Equal(at) {
				t.Errorf("%q: %+v %q %v", o.Key, head, body, err)
			}
			if head.ContentType != "text/plain" || head.CacheControl != "no-cache" || head.Metadata["a"] != "b" {
				t.Errorf("%q: %+v", o.Key, head)
			}
		}
		if before != nil && fmt.Sprint(before) != fmt.Sprint(objects) {
			t.Errorf("opened again: %+v, was %+v", objects, before)
		}
		before = objects
		client, _ = serve(t, dir, s3disk.Options{}) // the second round reads what the first left
		b = store.New(client, "content")
	}
}

func TestUnfinishedUploadsAreRemoved(t *testing.T) {
	dir := t.TempDir()
	serve(t, dir, s3disk.Options{})
	left := filepath.Join(dir, ".incoming", "123")
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	serve(t, dir, s3disk.Options{})
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("what was being received is still there: %v", err)
	}
}

func TestForeignFilesAreNamed(t *testing.T) {
	for name, content := range map[string]string{"empty": "", "short": "x", "other": strings.Repeat("x", 10_000), "magic": "\xff\xff\xff\xffpnp1", "footer": "{}\x00\x00\x00\x02pnp1"} {
		dir := t.TempDir()
		serve(t, dir, s3disk.Options{})
		if err := os.MkdirAll(filepath.Join(dir, "content", "00"), 0o700); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "content", "00", name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := s3disk.Open(dir, s3disk.Options{}); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestShortBodyLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	client, url := serve(t, dir, s3disk.Options{})
	b := store.New(client, "content")
	etag, err := b.Create(t.Context(), "x", []byte("whole"), store.Header{})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = fmt.Fprintf(conn, "PUT /content/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf of it")
	time.Sleep(20 * time.Millisecond)
	_ = conn.Close()
	o, got, err := b.Get(t.Context(), "x", store.Cond{})
	if err != nil || o.ETag != etag || string(got) != "whole" {
		t.Errorf("%q %v", got, err)
	}
	deadline := time.Now().Add(5 * time.Second)
	for {
		left, _ := os.ReadDir(filepath.Join(dir, ".incoming"))
		if len(left) == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("left behind: %v", left)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestEvents(t *testing.T) {
	var mu sync.Mutex
	var got []string
	client, _ := serve(t, t.TempDir(), s3disk.Options{Notify: func(e s3disk.Event) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, fmt.Sprintf("%s %s %d", e.Name, e.Key, e.Size))
	}})
	b, ctx := store.New(client, "content"), t.Context()
	etag, _ := b.Create(ctx, "a b", []byte("12"), store.Header{})
	_, _ = b.Create(ctx, "a b", []byte("12"), store.Header{}) // refused: no event
	_, err := client.CopyObject(ctx, &s3.CopyObjectInput{Bucket: aws.String("content"), Key: aws.String("c"), CopySource: aws.String("content/a%20b")})
	if err != nil {
		t.Fatal(err)
	}
	_ = b.Delete(ctx, "a b", etag)
	_ = b.Delete(ctx, "a b", etag) // nothing there: no event
	_, err = client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: aws.String("content"), Delete: &types.Delete{
		Objects: []types.ObjectIdentifier{{Key: aws.String("c")}, {Key: aws.String("none")}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	upload(t, client, "big", bytes.Repeat([]byte("0123456789"), 600_000))
	want := []string{
		"ObjectCreated:Put a b 2",
		"ObjectCreated:Copy c 2",
		"ObjectRemoved:Delete a b 0",
		"ObjectRemoved:Delete c 0",
		"ObjectCreated:CompleteMultipartUpload big 6000000",
	}
	mu.Lock()
	defer mu.Unlock()
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// upload sends an object in parts of 5 MB.
func upload(t *testing.T, client *s3.Client, key string, body []byte) {
	t.Helper()
	ctx, bucket := t.Context(), aws.String("content")
	begun, err := client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: &key, ContentType: aws.String("image/jpeg")})
	if err != nil {
		t.Fatal(err)
	}
	var parts []types.CompletedPart
	number := int32(1)
	for chunk := range slices.Chunk(body, 5<<20) {
		out, err := client.UploadPart(ctx, &s3.UploadPartInput{Bucket: bucket, Key: &key, UploadId: begun.UploadId, PartNumber: aws.Int32(number), Body: bytes.NewReader(chunk)})
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, types.CompletedPart{ETag: out.ETag, PartNumber: aws.Int32(number)})
		number++
	}
	_, err = client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: bucket, Key: &key, UploadId: begun.UploadId,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}})
	if err != nil {
		t.Fatal(err)
	}
	head, got, err := store.New(client, "content").Get(ctx, key, store.Cond{})
	if err != nil || !bytes.Equal(got, body) || head.ContentType != "image/jpeg" {
		t.Fatalf("%d bytes of %d came back as %s: %v", len(got), len(body), head.ContentType, err)
	}
}

func TestMultipart(t *testing.T) {
	dir := t.TempDir()
	client, _ := serve(t, dir, s3disk.Options{})
	ctx, bucket, key := t.Context(), aws.String("content"), aws.String("x")
	begin := func() *string {
		t.Helper()
		begun, err := client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: key})
		if err != nil {
			t.Fatal(err)
		}
		return begun.UploadId
	}
	send := func(id *string, number int32, body string) types.CompletedPart {
		t.Helper()
		out, err := client.UploadPart(ctx, &s3.UploadPartInput{Bucket: bucket, Key: key, UploadId: id, PartNumber: &number, Body: strings.NewReader(body)})
		if err != nil {
			t.Fatal(err)
		}
		return types.CompletedPart{ETag: out.ETag, PartNumber: &number}
	}
	complete := func(id *string, parts ...types.CompletedPart) error {
		_, err := client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: bucket, Key: key, UploadId: id,
			IfNoneMatch: aws.String("*"), MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}})
		return err
	}
	id := begin()
	two := send(id, 2, "two ")
	wrong := send(id, 1, "wrong ")
	one := send(id, 1, "one ") // in place of the wrong one
	three := send(id, 3, "three")
	for name, parts := range map[string][]types.CompletedPart{
		"none":      {},
		"replaced":  {wrong, two},
		"order":     {two, one},
		"twice":     {one, one},
		"not there": {one, {ETag: one.ETag, PartNumber: aws.Int32(9)}},
	} {
		if err := complete(id, parts...); err == nil {
			t.Errorf("%s: completed", name)
		}
	}
	if err := complete(id, one, two, three); err != nil {
		t.Fatal(err)
	}
	_, got, err := store.New(client, "content").Get(ctx, "x", store.Cond{})
	if err != nil || string(got) != "one two three" {
		t.Errorf("%q %v", got, err)
	}
	late := begin()
	if err := complete(late, send(late, 1, "other")); err == nil || !strings.Contains(err.Error(), "PreconditionFailed") {
		t.Errorf("an upload onto what is there, if nothing is: %v", err)
	}
	if _, err := client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: bucket, Key: key, UploadId: late}); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(filepath.Join(dir, ".incoming")); err != nil || len(left) > 0 {
		t.Errorf("parts left behind: %v %v", left, err)
	}
}

// TestWhoReadsSeesOneVersion: body, ETag and headers always belong together.
func TestWhoReadsSeesOneVersion(t *testing.T) {
	client, _ := serve(t, t.TempDir(), s3disk.Options{})
	b := store.New(client, "content")
	version := func(n int) ([]byte, store.Header) {
		text := fmt.Sprint(n)
		return bytes.Repeat([]byte(text+"\n"), 5000*(1+n%3)), store.Header{ContentType: "text/plain", Metadata: map[string]string{"n": text}}
	}
	body, header := version(0)
	etag, err := b.Create(t.Context(), "x", body, header)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				o, got, err := b.Get(t.Context(), "x", store.Cond{})
				if err != nil {
					t.Error(err)
					return
				}
				var n int
				_, _ = fmt.Sscan(o.Metadata["n"], &n)
				if want, _ := version(n); !bytes.Equal(got, want) {
					t.Errorf("version %d came with another's body", n)
					return
				}
			}
		})
	}
	for n := 1; n <= 100; n++ {
		body, header := version(n)
		if etag, err = b.Replace(t.Context(), "x", body, header, etag); err != nil {
			t.Fatal(err)
		}
	}
	close(done)
	readers.Wait()
}

func TestCopy(t *testing.T) {
	client, url := serve(t, t.TempDir(), s3disk.Options{})
	b, ctx := store.New(client, "content"), t.Context()
	for i, key := range []string{"a b", "a+b", "a%20b", "ünï/🪴?x=1", "a/b"} {
		if _, err := b.Create(ctx, key, []byte(key), store.Header{ContentType: "text/plain"}); err != nil {
			t.Fatal(err)
		}
		source := "content/" + strings.ReplaceAll(encoded(key), "%2F", "/")
		for _, source := range []string{source, "/" + source, strings.ReplaceAll(source, "/", "%2F"), strings.ReplaceAll(source, "%2B", "+")} {
			to := fmt.Sprintf("copy %d of %s", i, source)
			if _, err := client.CopyObject(ctx, &s3.CopyObjectInput{Bucket: aws.String("content"), Key: &to, CopySource: &source}); err != nil {
				t.Fatalf("%s: %v", source, err)
			}
			head, got, err := b.Get(ctx, to, store.Cond{})
			if err != nil || string(got) != key || head.ContentType != "text/plain" {
				t.Errorf("%s: %q %s %v", source, got, head.ContentType, err)
			}
		}
	}
	r, _ := http.NewRequestWithContext(ctx, http.MethodPut, url+"/content/a%20b", nil)
	r.Header.Set("X-Amz-Copy-Source", "content/a/b")
	r.Header.Set("If-None-Match", "*")
	answer, err := http.DefaultClient.Do(r)
	if err != nil || answer.StatusCode != http.StatusPreconditionFailed {
		t.Errorf("a copy onto what is there, which was refused: %v %v", answer.Status, err)
	}
}

func encoded(key string) string {
	const unreserved = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~"
	var s strings.Builder
	for i := range len(key) {
		if strings.IndexByte(unreserved, key[i]) >= 0 {
			s.WriteByte(key[i])
		} else {
			fmt.Fprintf(&s, "%%%02X", key[i])
		}
	}
	return s.String()
}

func TestBrowsersAreTurnedAway(t *testing.T) {
	_, url := serve(t, t.TempDir(), s3disk.Options{})
	for header, value := range map[string]string{"Origin": "https://example.com", "Sec-Fetch-Site": "cross-site"} {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/content", nil)
		r.Header.Set(header, value)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if answer.StatusCode != http.StatusForbidden || answer.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("with %s: %s %v", header, answer.Status, answer.Header)
		}
	}
}

// Bodies come in chunks, with signatures, trailers or both, if a client streams.
func TestChunkedBodies(t *testing.T) {
	client, url := serve(t, t.TempDir(), s3disk.Options{})
	signature := ";chunk-signature=" + strings.Repeat("0a", 32)
	trailer := "x-amz-checksum-crc32:AAAAAA==\r\n"
	for kind, chunked := range map[string]string{
		"STREAMING-UNSIGNED-PAYLOAD-TRAILER":         "5\r\nhello\r\n6\r\n world\r\n0\r\n" + trailer + "\r\n",
		"STREAMING-AWS4-HMAC-SHA256-PAYLOAD":         "5" + signature + "\r\nhello\r\n6" + signature + "\r\n world\r\n0" + signature + "\r\n\r\n",
		"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER": "5" + signature + "\r\nhello\r\n6" + signature + "\r\n world\r\n0" + signature + "\r\n" + trailer + "x-amz-trailer-signature:00\r\n\r\n",
		"STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD":   "b" + signature + "\r\nhello world\r\n0" + signature + "\r\n\r\n",
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url+"/content/x", strings.NewReader(chunked))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Amz-Content-Sha256", kind)
		r.Header.Set("X-Amz-Decoded-Content-Length", "11")
		r.Header.Set("Content-Encoding", "aws-chunked")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		_, got, err := store.New(client, "content").Get(t.Context(), "x", store.Cond{})
		if answer.StatusCode != 200 || err != nil || string(got) != "hello world" {
			t.Errorf("%s: %s, stored %q, %v", kind, answer.Status, got, err)
		}
	}
}
