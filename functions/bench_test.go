package functions_test

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// What a function may take: see README.md.
const (
	mostZipped = 8  // MB
	mostInit   = 30 // ms, on a machine with nothing else to do
	mostAtRest = 64 // MB
)

// BenchmarkColdStart builds each function as it is shipped and reports how large its
// zip is for AWS (arm64); how long the same program, built for this machine, takes from
// its start to asking the Lambda runtime for its first event; and how much memory it
// has after a first and a second event, and had at most. More than a function may take
// is a failure.
func BenchmarkColdStart(b *testing.B) {
	shipped := build(b, "GOOS=linux", "GOARCH=arm64")
	here := build(b)
	for _, name := range names {
		b.Run(name, func(b *testing.B) {
			cloud := newSeason(b).aws
			var best time.Duration
			var rest, peak float64
			for b.Loop() {
				started := time.Now()
				p := launch(b, here, name, cloud)
				if took := (<-p.runtime.asked).Sub(started); best == 0 || took < best {
					best = took
				}
				event := map[string]string{
					"subscribe": visited("GET", "/subscribe", "", "", false),
					"webhook":   visited("POST", "/webhooks/mailgun", "application/json", "{}", false),
				}[name]
				if event == "" {
					event = scheduled
				}
				p.ok(event)
				p.ok(event)
				if now, most, ok := p.memory(); ok {
					rest, peak = max(rest, now), max(peak, most)
				}
				_ = p.cmd.Process.Kill()
			}
			size := float64(zipped(b, filepath.Join(shipped, name))) / (1 << 20)
			init := float64(best.Microseconds()) / 1000
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(init, "init-ms")
			b.ReportMetric(size, "zip-MB")
			b.ReportMetric(rest, "rest-MB")
			b.ReportMetric(peak, "peak-MB")
			if size > mostZipped || init > mostInit || rest > mostAtRest {
				b.Errorf("%.1f MB zipped (at most %d), %.0f ms to start (%d), %.0f MB at rest (%d)", size, mostZipped, init, mostInit, rest, mostAtRest)
			}
		})
	}
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
