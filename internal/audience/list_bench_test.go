package audience

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkMillion takes in a list of a million rows, judges it once more as a dry run,
// puts it out and goes through it shard by shard, on a real S3 server in this process.
// Memory is the heap's highest, the server's part included; ratio is the cost of a
// row against that in a list of ten thousand, measured in the same run.
func BenchmarkMillion(b *testing.B) {
	const small, large = 10_000, 1_000_000
	files := map[int]string{small: csvFile(b, small), large: csvFile(b, large)}
	took := map[int]map[string]time.Duration{small: {}, large: {}}
	peaks := map[string]uint64{}
	for b.Loop() {
		for _, rows := range []int{small, large} {
			a, _ := newAudience(b)
			measure := func(what string, do func()) {
				start := time.Now()
				peak := highestHeap(do)
				took[rows][what] = time.Since(start)
				if rows == large {
					peaks[what] = peak
				}
			}
			for _, dry := range []bool{false, true} {
				what, added := "import", rows
				if dry {
					what, added = "dry", 0
				}
				measure(what, func() {
					in, err := os.Open(files[rows])
					if err != nil {
						b.Fatal(err)
					}
					defer in.Close()
					if r, err := a.Import(b.Context(), in, ImportOptions{Source: "a list", DryRun: dry}); err != nil || r.Added != added || r.Rows != rows {
						b.Fatalf("%d of %d rows added, %v", r.Added, r.Rows, err)
					}
				})
			}
			measure("export", func() {
				if n, err := a.Export(b.Context(), io.Discard); err != nil || n != rows {
					b.Fatalf("%d exported, %v", n, err)
				}
			})
			measure("stream", func() {
				n := 0
				for records, err := range a.Shards(b.Context()) {
					if err != nil {
						b.Fatal(err)
					}
					n += len(records)
				}
				if n != rows {
					b.Fatalf("%d records", n)
				}
			})
		}
	}
	b.ReportMetric(0, "ns/op")
	for what, peak := range peaks {
		b.ReportMetric(took[large][what].Seconds(), what+"-s")
		b.ReportMetric(float64(peak)/(1<<20), what+"-peak-MB")
		perRow := func(rows int) float64 { return took[rows][what].Seconds() / float64(rows) }
		b.ReportMetric(perRow(large)/perRow(small), what+"-ratio")
	}
}

// csvFile is a list of some rows.
func csvFile(b *testing.B, rows int) string {
	b.Helper()
	name := filepath.Join(b.TempDir(), "list.csv")
	f, err := os.Create(name)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "Email,Name,Cadence,Status")
	for i := range rows {
		fmt.Fprintf(w, "reader%d@example.org,Reader %d,%s,subscribed\n", i, i, Cadences[i%3])
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return name
}

// highestHeap is the most bytes of heap in use while do runs, looked at ten times a second.
func highestHeap(do func()) uint64 {
	runtime.GC()
	var highest atomic.Uint64
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			highest.Store(max(highest.Load(), m.HeapInuse))
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	}()
	do()
	close(done)
	<-stopped
	return highest.Load()
}
