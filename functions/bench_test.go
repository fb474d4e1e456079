package functions_test

import (
	"archive/zip"
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// BenchmarkColdStart builds each function as it is shipped and reports how large its
// zip is for AWS (arm64), and how long the same program, built for this machine, takes
// from its start to asking the Lambda runtime for its first event.
func BenchmarkColdStart(b *testing.B) {
	for _, name := range []string{"publish", "digest", "send", "subscribe", "webhook"} {
		b.Run(name, func(b *testing.B) {
			dir := b.TempDir()
			shipped := buildOne(b, dir, name, "GOOS=linux", "GOARCH=arm64")
			here := buildOne(b, dir, name)
			asked := make(chan time.Time, 1)
			runtime := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/runtime/invocation/next") {
					asked <- time.Now()
				}
				<-r.Context().Done()
			}))
			defer runtime.Close()
			var total time.Duration
			n := 0
			for b.Loop() {
				cmd := exec.Command(here)
				cmd.Env = []string{
					"AWS_LAMBDA_RUNTIME_API=" + strings.TrimPrefix(runtime.URL, "http://"),
					"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x",
					"CONTENT_BUCKET=content", "SITE_BUCKET=site", "STATE_BUCKET=state", "SITE_URL=https://blog.example",
				}
				started := time.Now()
				if err := cmd.Start(); err != nil {
					b.Fatal(err)
				}
				select {
				case at := <-asked:
					total += at.Sub(started)
				case <-time.After(time.Minute):
					b.Fatal("it never asked for an event")
				}
				n++
				_ = cmd.Process.Kill()
				_ = cmd.Wait()
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(total.Microseconds())/1000/float64(n), "init-ms")
			b.ReportMetric(float64(zipped(b, shipped))/(1<<20), "zip-MB")
		})
	}
}

func buildOne(b *testing.B, dir, name string, env ...string) string {
	b.Helper()
	out := filepath.Join(dir, strings.Join(append([]string{name}, env...), "-"))
	cmd := exec.Command("go", "build", "-trimpath", "-tags", "lambda.norpc", "-ldflags=-s -w", "-o", out, "./"+name)
	cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0"), env...)
	if text, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, text)
	}
	return out
}

// zipped is the size of a zip that holds the program as "bootstrap".
func zipped(b *testing.B, name string) int {
	b.Helper()
	program, err := os.ReadFile(name)
	if err != nil {
		b.Fatal(err)
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.Create("bootstrap")
	if err == nil {
		_, err = w.Write(program)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		b.Fatal(err)
	}
	return out.Len()
}
