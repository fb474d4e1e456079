package s3disk_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pennypost/pennypost/internal/local/s3disk"
	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

func TestAWSCLI(t *testing.T) {
	client, url := serve(t, t.TempDir(), s3disk.Options{})
	b := store.New(client, "content")
	work := t.TempDir()
	run := storetest.AWS(t, url, work)
	aws := func(args ...string) string {
		t.Helper()
		out, err := run(append([]string{"--region", "eu-north-1", "s3"}, args...)...)
		if err != nil {
			t.Fatalf("aws s3 %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return out
	}
	write := func(name string, body []byte) {
		t.Helper()
		name = filepath.Join(work, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, body, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	holds := func(want ...string) {
		t.Helper()
		slices.Sort(want)
		if got := storetest.Keys(t, b, ""); !slices.Equal(got, want) {
			t.Errorf("the bucket holds %q, want %q", got, want)
		}
	}
	has := func(key string, want []byte) {
		t.Helper()
		if _, got, err := b.Get(t.Context(), key, store.Cond{}); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes, want %d; %v", key, len(got), len(want), err)
		}
	}

	names := []string{"a b.md", "a+b.md", "100%.md", "%41.md", "ünï 🪴.md", "deep/er/x.md", "it's (1) & [2].md"}
	for _, name := range names {
		write("posts/"+name, []byte("# "+name))
	}
	aws("sync", "posts", "s3://content/posts")
	var all []string
	for _, name := range names {
		all = append(all, "posts/"+name)
		has("posts/"+name, []byte("# "+name))
	}
	holds(all...)
	if out := aws("sync", "posts", "s3://content/posts"); strings.Contains(out, "upload:") {
		t.Errorf("a second sync uploaded:\n%s", out)
	}

	if err := os.Remove(filepath.Join(work, "posts/100%.md")); err != nil {
		t.Fatal(err)
	}
	write("posts/a+b.md", []byte("# changed"))
	aws("sync", "posts", "s3://content/posts", "--delete")
	all = slices.DeleteFunc(all, func(key string) bool { return key == "posts/100%.md" })
	holds(all...)
	has("posts/a+b.md", []byte("# changed"))

	big := make([]byte, 20<<20)
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(big)
	write("big.bin", big)
	aws("cp", "big.bin", "s3://content/posts/big.bin")
	has("posts/big.bin", big)
	aws("cp", "s3://content/posts/big.bin", "back.bin")
	if back, err := os.ReadFile(filepath.Join(work, "back.bin")); err != nil || !bytes.Equal(back, big) {
		t.Errorf("20 MB came back as %d bytes: %v", len(back), err)
	}
	aws("mv", "s3://content/posts/big.bin", "s3://content/posts/big copy+1.bin")
	has("posts/big copy+1.bin", big)
	aws("mv", "s3://content/posts/a b.md", "s3://content/posts/c+d%20e.md")
	has("posts/c+d%20e.md", []byte("# a b.md"))
	aws("mv", "s3://content/posts/ünï 🪴.md", "s3://content/posts/ünï 2.md")
	has("posts/ünï 2.md", []byte("# ünï 🪴.md"))
	aws("rm", "s3://content/posts/a+b.md")
	out := aws("ls", "s3://content/posts/")
	for _, part := range []string{"PRE deep/", "big copy+1.bin", "20971520", "c+d%20e.md"} {
		if !strings.Contains(out, part) {
			t.Errorf("ls without %q:\n%s", part, out)
		}
	}
	if strings.Contains(out, "a+b.md") {
		t.Errorf("ls still has what was removed:\n%s", out)
	}
	aws("cp", "posts/a+b.md", "s3://content/posts/y.md", "--no-sign-request")
	aws("cp", "posts/a+b.md", "s3://content/posts/z.md", "--cache-control", "max-age=5", "--content-type", "text/x", "--metadata", "k=v")
	if o, err := b.Head(t.Context(), "posts/z.md"); err != nil || o.CacheControl != "max-age=5" || o.ContentType != "text/x" || o.Metadata["k"] != "v" {
		t.Errorf("%+v %v", o, err)
	}
	aws("rm", "s3://content/", "--recursive")
	holds()
}
