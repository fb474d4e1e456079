package publish_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// BenchmarkPublishOne publishes one new post into archives of growing size, over a
// real S3 server. Only catalog and sitemap may grow with the archive.
func BenchmarkPublishOne(b *testing.B) {
	var least float64 // ns for the smallest archive
	for _, n := range []int{10, 1000, 10000} {
		b.Run(fmt.Sprintf("archive=%d", n), func(b *testing.B) {
			w := newWorld(b)
			p := w.publisher()
			c := w.client(nil)
			keys := make([]string, n)
			var wg sync.WaitGroup
			for part := range 8 {
				wg.Go(func() {
					for i := part; i < n; i += 8 {
						keys[i] = fmt.Sprintf("posts/old-%05d.md", i)
						text := post(fmt.Sprintf("Old post %d", i), fmt.Sprintf("date: %d-%02d-%02d\ntags: [t%d]\n", 2004+i%20, 1+i/20%12, 1+i/240%28, i%50))
						_, err := c.PutObject(b.Context(), &s3.PutObjectInput{Bucket: aws.String("content"), Key: &keys[i],
							Body: strings.NewReader(text + strings.Repeat("A sentence of the old post, which goes on for a while.\n\n", 40))})
						if err != nil {
							b.Error(err)
						}
					}
				})
			}
			wg.Wait()
			for len(keys) > 0 {
				batch := min(1000, len(keys))
				w.run(p, keys[:batch]...)
				keys = keys[batch:]
			}
			var sent, received atomic.Int64
			w.trips.reset()
			w.trips.weigh = func(up, down int64) { sent.Add(up); received.Add(down) }
			i := 0
			for b.Loop() {
				key := fmt.Sprintf("posts/new-%d.md", i)
				i++
				w.put(key, post(fmt.Sprintf("New post %d", i), "")+strings.Repeat("A sentence of the new post, which goes on for a while.\n\n", 40))
				w.run(p, key)
			}
			perRun := func(total int64) float64 { return float64(total) / float64(i) }
			b.ReportMetric(perRun(int64(w.trips.n)), "requests/post")
			b.ReportMetric(perRun(int64(len(w.trips.writes("site")))), "outputs/post")
			b.ReportMetric(perRun(sent.Load())/1024, "KB-sent/post")
			b.ReportMetric(perRun(received.Load())/1024, "KB-received/post")
			took := float64(b.Elapsed().Nanoseconds()) / float64(i)
			if least == 0 {
				least = took
			}
			b.ReportMetric(took/least, "time-ratio")
		})
	}
}
