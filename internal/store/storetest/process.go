package storetest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// ready is how long a server may take to answer for the first time: they are large
// programs, and the machine may be busy.
const ready = 60 * time.Second

// VersityGW starts versitygw over a temporary folder, with the bucket state, and
// returns a client of it. Both end with the test, which is skipped where the program
// or extended attributes of files, which it keeps metadata in, are not to be had.
//
// See https://github.com/versity/versitygw
func VersityGW(t testing.TB) *s3.Client {
	t.Helper()
	program := tool(t, "versitygw", "bin/versitygw", "--version")
	dir := t.TempDir()
	if err := attributes(dir); err != nil {
		t.Skipf("versitygw keeps metadata in extended attributes, and %s has none: %v", dir, err)
	}
	address := freeAddress(t)
	url := start(t, program, address,
		[]string{"--port", address, "--access", "any", "--secret", "any", "--region", "us-east-1", "--quiet", "posix", dir})
	c := Client(url)
	makeBuckets(t, c, "state")
	return c
}

// Moto starts moto_server, which is S3 and SQS among others, and returns its address.
// It ends with the test, which is skipped where the program is not to be had.
//
// See https://docs.getmoto.org/en/latest/docs/server_mode.html
func Moto(t testing.TB) (url string) {
	t.Helper()
	program := tool(t, "moto_server", "venv/bin/moto_server", "--help")
	address := freeAddress(t)
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	return start(t, program, address, []string{"-H", host, "-p", port})
}

// MotoS3 is a client of moto_server with the bucket state.
func MotoS3(t testing.TB) *s3.Client {
	t.Helper()
	c := Client(Moto(t))
	makeBuckets(t, c, "state")
	return c
}

func makeBuckets(t testing.TB, c *s3.Client, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
			t.Fatal(err)
		}
	}
}

// tool finds a program that works: on PATH, or in the project's .cache, where
// .ci/tools puts it.
func tool(t testing.TB, name, cached string, try ...string) string {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	for _, path := range []string{name, filepath.Join(filepath.Dir(here), "../../../.cache", cached)} {
		if exec.Command(path, try...).Run() == nil {
			return path
		}
	}
	t.Skipf("there is no %s on PATH or in .cache; .ci/tools brings it", name)
	return ""
}

// freeAddress is one that nobody listens to now.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// start starts a server and waits until it answers. It is killed with the test.
func start(t testing.TB, program, address string, args []string) (url string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	c := exec.CommandContext(ctx, program, args...)
	out := &output{}
	c.Stdout, c.Stderr = out, out
	c.Env = append(os.Environ(), "PYTHONUNBUFFERED=1")
	if err := c.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = c.Wait(); close(ended) }()
	t.Cleanup(func() {
		cancel()
		<-ended
		if t.Failed() {
			t.Logf("%s printed:\n%s", program, out.tail(4000))
		}
	})
	url = "http://" + address
	for end := time.Now().Add(ready); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		select {
		case <-ended:
			t.Fatalf("%s ended at once:\n%s", program, out.tail(4000))
		default:
		}
		if answer, err := http.Get(url); err == nil {
			_ = answer.Body.Close()
			return url
		}
	}
	t.Fatalf("%s does not answer at %s:\n%s", program, url, out.tail(4000))
	return ""
}

// output collects what a process prints.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) tail(n int) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	text := o.b.Bytes()
	if len(text) > n {
		return fmt.Sprintf("… %s", text[len(text)-n:])
	}
	return string(text)
}
