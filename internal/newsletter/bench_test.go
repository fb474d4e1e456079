//go:build unix

package newsletter

import (
	"bytes"
	"context"
	"encoding/base32"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/local/inbox"
	"github.com/pennypost/pennypost/internal/store"
)

// benchPeople is how many subscribers the benchmarks have; make bench has a million.
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

// inboxFor makes the test program be a local inbox that keeps its mails in the folder
// named, so that its memory and processor time are not the newsletter's.
const inboxFor = "PENNYPOST_BENCH_INBOX"

func TestMain(m *testing.M) {
	if dir := os.Getenv(inboxFor); dir != "" {
		h, err := inbox.New(inbox.Options{Dir: dir, Now: time.Now, SigningKey: "key"})
		if err != nil {
			panic(err)
		}
		s := httptest.NewServer(h)
		fmt.Println(s.URL)
		_, _ = io.Copy(io.Discard, os.Stdin) // until the benchmark ends
		return
	}
	os.Exit(m.Run())
}

// startInbox starts one.
func startInbox(b *testing.B) (url string) {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), inboxFor+"="+b.TempDir())
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	if _, err := fmt.Fscanln(out, &url); err != nil {
		b.Fatal(err)
	}
	return url
}

// counted is a sender that counts what it passes on.
type counted struct {
	Sender
	requests atomic.Int64
}

func (c *counted) Send(ctx context.Context, r Request) Outcome {
	c.requests.Add(1)
	return c.Sender.Send(ctx, r)
}

// BenchmarkInstantIssue freezes one post for all who chose each post and sends it to
// a local inbox of another process through the real client, in batches of 1,000, the
// most that Mailgun takes, and then the same list in batches of 10, all that it takes of
// a new account; the last figures hold both against each other.
// The S3 server runs in this process, so its time and memory are counted too.
func BenchmarkInstantIssue(b *testing.B) {
	var large, small time.Duration // processor time for a recipient
	for _, run := range []struct {
		batch int
		cpu   *time.Duration
	}{{1000, &large}, {10, &small}} {
		b.Run("batch="+strconv.Itoa(run.batch), func(b *testing.B) {
			p := newPlace(b)
			p.settings += fmt.Sprintf("  batch: %d\n", run.batch)
			p.save()
			p.bulk(*benchPeople)
			sender := &counted{Sender: wire{startInbox(b), p.clock.now}}
			n := p.engine(noUndo, func(o *Options) { o.Sender, o.Workers = sender, 8 })
			for b.Loop() {
				id := fmt.Sprintf("alpha%d", p.catalog.Sequence)
				p.write(id)
				p.announce(n, id)
				w, err := n.look(b.Context())
				if err != nil {
					b.Fatal(err)
				}
				runtime.GC()
				peak := watchHeap()
				start, cpu := time.Now(), cpuTime(b)
				if err := n.freeze(b.Context(), w, p.issue("post-"+id)); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(time.Since(start).Seconds(), "freeze-s")
				b.ReportMetric((cpuTime(b) - cpu).Seconds(), "freeze-cpu-s")
				b.ReportMetric(float64(peak())/(1<<20), "freeze-peak-MB")
				peak = watchHeap()
				start, cpu = time.Now(), cpuTime(b)
				p.work(n)
				spent, wall := cpuTime(b)-cpu, time.Since(start)
				i := p.issue("post-" + id)
				if i.State != Closed || i.Counts.Sent != i.Recipients {
					b.Fatalf("the issue is %s with %+v of %d", i.State, i.Counts, i.Recipients)
				}
				*run.cpu = spent / time.Duration(i.Recipients)
				b.ReportMetric(wall.Seconds(), "send-s")
				b.ReportMetric(float64(peak())/(1<<20), "send-peak-MB")
				b.ReportMetric(float64(i.Recipients)/wall.Seconds(), "recipients/s")
				b.ReportMetric(float64(i.Recipients)/spent.Seconds(), "recipients/s/core")
				b.ReportMetric(float64(*run.cpu)/float64(time.Microsecond), "cpu-µs/recipient")
				b.ReportMetric(float64(sender.requests.Swap(0)), "mailgun-requests")
				if run.batch == 10 && large > 0 {
					b.ReportMetric(float64(small)/float64(large), "cpu-of-10-by-1000")
				}
			}
		})
	}
}

// cpuTime is the processor time that this process has had.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
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
