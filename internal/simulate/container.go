package simulate

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/pennypost/pennypost/functions"
	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/newsletter"
	"github.com/pennypost/pennypost/internal/publish"
)

const (
	s3Host   = "s3.invalid"
	mailHost = "mailgun.invalid"
	siteURL  = "https://blog.example"

	deadline = 60 * time.Second // of a function, as in template.yaml
	undo     = 10 * time.Minute
	settle   = 30 * time.Minute
	// visible is how long the queue hides a message that is being handled.
	visible = 6 * deadline
	// receives is how often the queue delivers a message before it gives up.
	receives = 10
)

// container is one process that serves one invocation at a time and remembers between
// them, as Lambda's do.
type container struct {
	n        int
	handlers functions.Handlers
	// For what the author commands, and for lists that the author brings:
	letters   *newsletter.Newsletter
	publisher *publish.Publisher
	list      *audience.Audience

	// Guarded by the wire's mutex.
	dead    bool
	serving *invocation

	died chan struct{}
}

// invocation is one run of a handler.
type invocation struct {
	n        int
	name     string
	c        *container
	began    time.Time
	frozen   bool // its process has no deadline and may be stopped for hours, as a laptop that sleeps
	stick    float64
	cancel   context.CancelFunc
	messages []*message // of the queue, that it was given
	plan     int64      // the generation of the catalog that it works from
	since    int64      // the first generation it saw

	// Set by its own goroutine, under the wire's mutex.
	over   bool
	err    error
	panics string
	failed map[string]bool  // ids of messages
	after  func(alive bool) // what the world does when it is over
}

// dice are the bytes a container draws. They are safe for concurrent use.
type dice struct {
	mu sync.Mutex
	r  *rand.ChaCha8
}

func (d *dice) Read(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.r.Read(p)
}

func roll(seed uint64, n int) *dice {
	var key [32]byte
	copy(key[:], fmt.Sprintf("%016x/%d", seed, n))
	return &dice{r: rand.NewChaCha8(key)}
}

// key is a secret that the surroundings hold.
func key(value string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return value, nil }
}

// start makes a process.
func (w *World) start() *container {
	w.containers++
	c := &container{n: w.containers, died: make(chan struct{})}
	way := road{w.wire, c}
	client := s3.New(s3.Options{
		BaseEndpoint: aws.String("http://" + s3Host), Region: "us-east-1", UsePathStyle: true,
		Credentials: aws.AnonymousCredentials{}, HTTPClient: way,
		// The SDK repeats requests as it does on AWS, but waits without chance.
		Retryer: retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts = 3
			o.RateLimiter = noLimit{}
			o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 50 * time.Millisecond, nil })
		}),
	})
	s := functions.Surroundings{
		S3: client, Content: "content", Site: "site", State: "state",
		Now: time.Now, Rand: roll(w.seed, c.n), SiteURL: siteURL, Undo: undo - w.weather.sooner, Settle: settle, Deadline: deadline,
		Mailgun: functions.Mailgun{
			Base: "http://" + mailHost, Domain: mailDomain, HTTP: &http.Client{Transport: way},
			SendingKey: key("sending"), EventsKey: key("events"), SigningKey: key(signingKey),
		},
		Invalidate: func(ctx context.Context) error { return w.invalidate(ctx, c) },
		Say:        func(line string) { _, _ = w.ears.Write([]byte(line)) },
		Log:        slog.New(slog.NewTextHandler(&w.ears, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	var err error
	c.handlers, err = functions.New(s)
	or(err)
	c.letters, err = s.Newsletter()
	or(err)
	c.list = s.Audience()
	c.publisher = s.Publisher(c.letters)
	return c
}

// noLimit lets the SDK repeat as often as its attempts allow.
type noLimit struct{}

func (noLimit) GetToken(context.Context, uint) (func() error, error) {
	return func() error { return nil }, nil
}
func (noLimit) AddTokens(uint) error { return nil }

// invoke runs a handler in an idle process, or in a new one.
func (w *World) invoke(name string, run func(context.Context, *invocation) error) *invocation {
	var c *container
	if len(w.idle) > 0 && !w.weather.coldStarts {
		c = w.idle[len(w.idle)-1]
		w.idle = w.idle[:len(w.idle)-1]
	} else {
		c = w.start()
	}
	w.invocations++
	in := &invocation{n: w.invocations, name: name, c: c, began: time.Now(), stick: w.weather.sticks[w.chance.IntN(len(w.weather.sticks))]}
	ctx := context.Background()
	if in.frozen = w.chance.Float64() < w.weather.frozen; in.frozen {
		ctx, in.cancel = context.WithCancel(ctx)
	} else {
		// A nanosecond of its own, so that no two clocks strike at one instant.
		ctx, in.cancel = context.WithTimeout(ctx, deadline+time.Duration(in.n))
	}
	w.wire.mu.Lock()
	c.serving = in
	w.wire.mu.Unlock()
	w.running = append(w.running, in)
	w.tally.Invocations++
	w.say("%s begins in process %d", in, c.n)
	w.done.Go(func() {
		panics, err := guarded(func() error { return run(ctx, in) })
		w.wire.mu.Lock()
		in.over, in.err, in.panics = true, err, panics
		w.wire.mu.Unlock()
		in.cancel()
		w.wire.ring()
	})
	return in
}

// guarded is how Lambda's runtime calls a handler: a panic ends the invocation.
func guarded(run func() error) (panics string, err error) {
	defer func() {
		if p := recover(); p != nil {
			panics = fmt.Sprintf("%v\n%s", p, debug.Stack())
		}
	}()
	return "", run()
}

func (in *invocation) String() string { return fmt.Sprintf("#%d %s", in.n, in.name) }

// kill ends a process in the middle of whatever it does. What it has on the wire may
// have arrived, may arrive yet, or never will.
func (w *World) kill(c *container) {
	w.wire.mu.Lock()
	c.dead = true
	in := c.serving
	w.wire.mu.Unlock()
	if in != nil {
		in.cancel()
	}
	close(c.died)
}

// reap takes note of invocations that ended.
func (w *World) reap() {
	kept := w.running[:0]
	for _, in := range w.running {
		w.wire.mu.Lock()
		over, dead := in.over, in.c.dead
		w.wire.mu.Unlock()
		if !over {
			kept = append(kept, in)
			continue
		}
		if in.panics != "" && !dead {
			w.fail("%s panicked: %s", in, in.panics)
		}
		if !dead {
			w.wire.mu.Lock()
			in.c.serving = nil
			w.wire.mu.Unlock()
			w.idle = append(w.idle, in.c)
			if in.err != nil {
				_, _ = w.ears.Write([]byte(in.err.Error())) // Lambda logs it
			}
			switch {
			case in.err == nil:
				w.say("%s ends", in)
			case !in.frozen && time.Since(in.began) >= deadline:
				// Of all that was under way then, which one its error names is not up to the seed.
				w.say("%s ends: its time is over", in)
			default:
				w.say("%s ends: %v", in, in.err)
			}
			w.acknowledge(in)
		}
		if !in.frozen && strings.Contains(in.name, "publish") && time.Since(in.began) >= deadline/2 {
			w.tally.Hurried++ // it leaves what it had no time for to the next tick
		}
		if in.after != nil {
			in.after(!dead)
		}
	}
	clear(w.running[len(kept):])
	w.running = kept
}
