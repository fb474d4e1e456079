package newsletter

import (
	"bytes"
	"context"
	"encoding/base32"
	"encoding/hex"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/store"
)

// benchPeople is how many subscribers the benchmarks have; a million takes minutes:
// go test -run - -bench . -benchtime 1x ./internal/newsletter -people 1000000
var benchPeople = flag.Int("people", 100_000, "subscribers in the benchmarks")

// bulk writes shards of made-up subscribers, as the audience package would have.
func (p *place) bulk(people int) {
	p.t.Helper()
	ctx := p.t.Context()
	if err := p.people().RotateTokens(ctx); err != nil { // makes the keys
		p.t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	since := p.clock.now().AddDate(-1, 0, 0).Format(time.RFC3339)
	tail := base32.HexEncoding.WithPadding(base32.NoPadding)
	for shard := range 256 {
		n := people / 256
		if shard < people%256 {
			n++
		}
		uids := make([]string, n)
		for k := range uids {
			b := []byte{byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()), byte(k >> 8), byte(k)}
			uids[k] = hex.EncodeToString([]byte{byte(shard)}) + strings.ToLower(tail.EncodeToString(b))
		}
		slices.Sort(uids)
		var b bytes.Buffer
		b.WriteString(`{"version":1,"generation":1,"nonce":"n","subscribers":[`)
		for k, uid := range uids {
			if k > 0 {
				b.WriteByte(',')
			}
			cadence := []audience.Cadence{audience.Each, audience.Each, audience.Each, audience.Weekly, audience.Monthly}[k%5]
			fmt.Fprintf(&b, `{"uid":%q,"email":"reader.number.%d@shard%d.example","name":"Reader","status":"active","cadence":%q,`+
				`"since":%q,"asked":%q,"confirmed":%q,"consent":{"at":%q,"page":"/subscribe","shown":"Send me each new post."}}`,
				uid, k, shard, cadence, since, since, since, since)
		}
		b.WriteString(`]}`)
		if _, err := p.state().Create(ctx, audience.ShardKey(shard), b.Bytes(), store.Header{}); err != nil {
			p.t.Fatal(err)
		}
	}
}

// counting is a Mailgun that only counts.
type countingSender struct{ requests, people atomic.Int64 }

func (c *countingSender) Send(_ context.Context, r Request) Outcome {
	c.requests.Add(1)
	c.people.Add(int64(len(r.To)))
	return Accepted{}
}

// BenchmarkInstantIssue freezes and sends one post to all who chose each post, in
// batches of 500 and of 10, and BenchmarkInstantIssue/freeze only freezes.
func BenchmarkInstantIssue(b *testing.B) {
	for _, batch := range []int{500, 10} {
		b.Run("batch="+strconv.Itoa(batch), func(b *testing.B) {
			p := newPlace(b)
			p.settings += fmt.Sprintf("  batch: %d\n", batch)
			p.save()
			p.bulk(*benchPeople)
			sender := &countingSender{}
			n := p.engine(noUndo, func(o *Options) { o.Sender, o.Workers = sender, 8 })
			for b.Loop() {
				id := fmt.Sprintf("alpha%d", p.catalog.Sequence)
				p.write(id)
				p.announce(n, id)
				runtime.GC()
				peak := watchHeap()
				w, err := n.look(b.Context())
				if err != nil {
					b.Fatal(err)
				}
				start := time.Now()
				if err := n.freeze(b.Context(), w, p.issue("post-"+id)); err != nil {
					b.Fatal(err)
				}
				frozen := time.Now()
				p.work(n)
				sent := time.Now()
				i := p.issue("post-" + id)
				if i.State != Closed || i.Counts.Sent != i.Recipients {
					b.Fatalf("the issue is %s with %+v of %d", i.State, i.Counts, i.Recipients)
				}
				b.ReportMetric(frozen.Sub(start).Seconds(), "freeze-s")
				b.ReportMetric(sent.Sub(frozen).Seconds(), "send-s")
				b.ReportMetric(float64(i.Recipients)/sent.Sub(frozen).Seconds(), "recipients/s")
				b.ReportMetric(float64(peak())/(1<<20), "peak-heap-MB")
				b.ReportMetric(float64(sender.requests.Swap(0)), "mailgun-requests")
			}
		})
	}
}

// watchHeap samples the heap in use until the function it returns is called, which
// tells the most it saw.
func watchHeap() func() uint64 {
	done, peak := make(chan struct{}), make(chan uint64)
	go func() {
		var most uint64
		var m runtime.MemStats
		for {
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse+m.StackInuse)
			select {
			case <-done:
				peak <- most
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() uint64 { close(done); return <-peak }
}
