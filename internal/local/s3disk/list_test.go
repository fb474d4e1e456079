package s3disk_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/rclone/gofakes3"
	"pgregory.net/rapid"

	"github.com/pennypost/pennypost/internal/local/s3disk"
	"github.com/pennypost/pennypost/internal/store"
)

// naive lists all keys as S3's documentation says, without an index or pages.
func naive(keys []string, prefix, delimiter string) []string {
	var out []string
	for _, key := range slices.Sorted(slices.Values(keys)) {
		rest, ok := strings.CutPrefix(key, prefix)
		if !ok {
			continue
		}
		entry := "key " + key
		if i := strings.Index(rest, delimiter); delimiter != "" && i >= 0 {
			entry = "prefix " + prefix + rest[:i+len(delimiter)]
		}
		if !slices.Contains(out, entry) {
			out = append(out, entry)
		}
	}
	return out
}

func TestListingIsWhatTheDocumentationSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir := tempDir(t)
		disk, err := s3disk.Open(dir, s3disk.Options{Volatile: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := disk.Make("content"); err != nil {
			t.Fatal(err)
		}
		keys := rapid.SliceOfNDistinct(rapid.StringMatching(`[ab/.]{1,6}`), 0, 12, rapid.ID[string]).Draw(t, "keys")
		for _, key := range keys {
			if _, err := disk.PutObject(context.Background(), "content", key, nil, strings.NewReader(key), int64(len(key))); err != nil {
				t.Fatal(err)
			}
		}
		prefix := rapid.StringMatching(`[ab/]{0,3}`).Draw(t, "prefix")
		delimiter := rapid.SampledFrom([]string{"", "/", "a", "//"}).Draw(t, "delimiter")
		size := rapid.Int64Range(1, 5).Draw(t, "page size")
		var got []string
		p := gofakes3.NewPrefix(&prefix, &delimiter)
		marker := ""
		for {
			list, err := disk.ListBucket(context.Background(), "content", &p, gofakes3.ListBucketPage{Marker: marker, HasMarker: marker != "", MaxKeys: size})
			if err != nil {
				t.Fatal(err)
			}
			if n := int64(len(list.Contents) + len(list.CommonPrefixes)); n > size {
				t.Fatalf("a page of %d has %d", size, n)
			}
			for _, c := range list.Contents {
				got = append(got, "key "+c.Key)
			}
			for _, c := range list.CommonPrefixes {
				got = append(got, "prefix "+c.Prefix)
			}
			if !list.IsTruncated {
				break
			}
			marker = list.NextMarker
		}
		want := naive(keys, prefix, delimiter)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("keys %q, prefix %q, delimiter %q, pages of %d:\ngot  %q\nwant %q", keys, prefix, delimiter, size, got, want)
		}
	})
}

func TestListingOverHTTP(t *testing.T) {
	client, _ := serve(t, t.TempDir(), s3disk.Options{})
	b, ctx := store.New(client, "content"), t.Context()
	for _, key := range []string{"posts/a b.md", "posts/a+b.md", "posts/%41.md", "posts/ü/x.md", "posts/ü/y.md", "receipts/x", "tab\tx"} {
		if _, err := b.Create(ctx, key, nil, store.Header{}); err != nil {
			t.Fatal(err)
		}
	}
	one, err := client.ListObjects(ctx, &s3.ListObjectsInput{Bucket: aws.String("content"), Prefix: aws.String("posts/"), Delimiter: aws.String("/"), MaxKeys: aws.Int32(4), EncodingType: types.EncodingTypeUrl})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range one.Contents {
		got = append(got, *c.Key)
	}
	for _, c := range one.CommonPrefixes {
		got = append(got, *c.Prefix)
	}
	want := []string{"posts/%2541.md", "posts/a%20b.md", "posts/a%2Bb.md", "posts/%C3%BC/"}
	if !slices.Equal(got, want) || aws.ToBool(one.IsTruncated) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestFifteenThousandObjects: opening and listing them must not be felt.
func TestFifteenThousandObjects(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: writing 15,000 files takes a while")
	}
	dir := t.TempDir()
	disk, err := s3disk.Open(dir, s3disk.Options{Volatile: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := disk.Make("content"); err != nil {
		t.Fatal(err)
	}
	const n = 15_000
	fill(t, disk, n)
	start := time.Now()
	client, _ := serve(t, dir, s3disk.Options{})
	opened := time.Since(start)
	start = time.Now()
	objects, more, err := store.New(client, "content").List(t.Context(), "", "", 2*n)
	if err != nil || len(objects) != n || more {
		t.Fatalf("%d objects, more %v, %v", len(objects), more, err)
	}
	t.Logf("opened in %v, listed in %v", opened, time.Since(start))
	if d := time.Since(start); d > 10*time.Second || opened > 10*time.Second {
		t.Errorf("opened in %v, listed in %v", opened, d)
	}
}

func fill(t testing.TB, disk *s3disk.Disk, n int) {
	t.Helper()
	work := make(chan int)
	done := make(chan error, 16)
	for range cap(done) {
		go func() {
			var err error
			for i := range work {
				key := fmt.Sprintf("posts/%d/post-%d.md", i%7, i)
				if _, e := disk.PutObject(context.Background(), "content", key, nil, strings.NewReader(key), int64(len(key))); e != nil {
					err = e
				}
			}
			done <- err
		}()
	}
	for i := range n {
		work <- i
	}
	close(work)
	for range cap(done) {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
}
