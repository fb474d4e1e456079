package queue_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/pennypost/pennypost/internal/local/queue"
)

// recorder is a handler that notes what it is given.
type recorder struct {
	mu      sync.Mutex
	batches [][]string // bodies, with the number of the delivery behind a slash
	running int
	most    int
	answer  func(events.SQSEvent) (events.SQSEventResponse, error)
}

func (r *recorder) handle(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
	r.mu.Lock()
	r.running++
	r.most = max(r.most, r.running)
	var bodies []string
	for _, m := range e.Records {
		bodies = append(bodies, m.Body+"/"+m.Attributes["ApproximateReceiveCount"])
	}
	r.batches = append(r.batches, bodies)
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.running--
	}()
	if r.answer == nil {
		return events.SQSEventResponse{}, ctx.Err()
	}
	return r.answer(e)
}

// all is every delivery, in order of body.
func (r *recorder) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(slices.Values(slices.Concat(r.batches...)))
}

func options(t *testing.T, dir string) queue.Options {
	return queue.Options{Dir: dir, Window: 30 * time.Millisecond, Backoff: 10 * time.Millisecond, Say: func(line string) { t.Log(line) }}
}

func open(t *testing.T, o queue.Options) *queue.Queue {
	t.Helper()
	q, err := queue.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func send(t *testing.T, q *queue.Queue, bodies ...string) {
	t.Helper()
	for _, body := range bodies {
		if err := q.Send(body); err != nil {
			t.Fatal(err)
		}
	}
}

// start runs the queue; the function it returns stops it and waits.
func start(q *queue.Queue, h queue.Handler) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { q.Run(ctx, h); close(done) }()
	return func() { cancel(); <-done }
}

func drained(t *testing.T, q *queue.Queue) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); q.Len() > 0; time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d messages still wait", q.Len())
		}
	}
}

// files is how many messages are on disk.
func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}

func TestMessagesAreGathered(t *testing.T) {
	dir, r := t.TempDir(), &recorder{}
	q := open(t, options(t, dir))
	stop := start(q, r.handle)
	send(t, q, "a", "b", "c")
	drained(t, q)
	stop()
	if len(r.batches) != 1 || !slices.Equal(r.batches[0], []string{"a/1", "b/1", "c/1"}) {
		t.Errorf("got %v", r.batches)
	}
	if left := files(t, dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestFullBatchesDoNotWait(t *testing.T) {
	o := options(t, t.TempDir())
	o.Batch, o.Window = 10, time.Hour
	q, r := open(t, o), &recorder{}
	for i := range 25 {
		send(t, q, fmt.Sprint(i))
	}
	stop := start(q, r.handle)
	for end := time.Now().Add(5 * time.Second); q.Len() > 5 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	stop()
	if len(r.all()) != 20 || q.Len() != 5 {
		t.Errorf("delivered %d, waiting %d", len(r.all()), q.Len())
	}
}

func TestOnlyTheFailedComeAgainAndAlone(t *testing.T) {
	dir, r := t.TempDir(), &recorder{}
	r.answer = func(e events.SQSEvent) (out events.SQSEventResponse, err error) {
		for _, m := range e.Records {
			if strings.HasPrefix(m.Body, "bad") && m.Attributes["ApproximateReceiveCount"] != "3" {
				out.BatchItemFailures = append(out.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
			}
		}
		return out, nil
	}
	q := open(t, options(t, dir))
	stop := start(q, r.handle)
	send(t, q, "good", "bad one", "bad two", "fine")
	drained(t, q)
	stop()
	want := []string{"bad one/1", "bad one/2", "bad one/3", "bad two/1", "bad two/2", "bad two/3", "fine/1", "good/1"}
	if got := r.all(); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	for _, batch := range r.batches[1:] {
		if len(batch) != 1 {
			t.Errorf("delivered again together: %q", batch)
		}
	}
}

func TestHandlersThatDie(t *testing.T) {
	for name, die := range map[string]func() (events.SQSEventResponse, error){
		"an error":           func() (events.SQSEventResponse, error) { return events.SQSEventResponse{}, errors.New("boom") },
		"a panic":            func() (events.SQSEventResponse, error) { panic("boom") },
		"an ended goroutine": func() (events.SQSEventResponse, error) { runtime.Goexit(); return events.SQSEventResponse{}, nil },
		"an unknown message": func() (events.SQSEventResponse, error) {
			return events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{{ItemIdentifier: ""}}}, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, r := t.TempDir(), &recorder{}
			r.answer = func(e events.SQSEvent) (events.SQSEventResponse, error) {
				if e.Records[0].Attributes["ApproximateReceiveCount"] == "1" {
					return die()
				}
				return events.SQSEventResponse{}, nil
			}
			q := open(t, options(t, dir))
			stop := start(q, r.handle)
			send(t, q, "a", "b")
			drained(t, q)
			stop()
			if got := r.all(); !slices.Equal(got, []string{"a/1", "a/2", "b/1", "b/2"}) {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestDeadLetters(t *testing.T) {
	dir, r := t.TempDir(), &recorder{}
	r.answer = func(events.SQSEvent) (events.SQSEventResponse, error) {
		return events.SQSEventResponse{}, errors.New("boom")
	}
	o := options(t, dir)
	o.Backoff = time.Millisecond
	q := open(t, o)
	stop := start(q, r.handle)
	send(t, q, `the "body"`)
	drained(t, q)
	stop()
	if got := r.all(); len(got) != 5 {
		t.Errorf("delivered %q", got)
	}
	dead, err := filepath.Glob(filepath.Join(q.Dead(), "*.json"))
	if err != nil || len(dead) != 1 {
		t.Fatalf("%v %v", dead, err)
	}
	if text, _ := os.ReadFile(dead[0]); !strings.Contains(string(text), `the \"body\"`) {
		t.Errorf("the dead letter: %s", text)
	}
	if q := open(t, o); q.Len() != 0 {
		t.Error("a dead letter waits again")
	}
}

func TestMessagesOutliveTheProcess(t *testing.T) {
	dir := t.TempDir()
	q := open(t, options(t, dir))
	send(t, q, "a", "b", "c")
	// A process dies while it handles "b" for the second time, and while it writes.
	names := files(t, dir)
	if err := os.Rename(filepath.Join(dir, names[1]), filepath.Join(dir, strings.TrimSuffix(names[1], ".0")+".2")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "5.0.part"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	q, r := open(t, options(t, dir)), &recorder{}
	stop := start(q, r.handle)
	drained(t, q)
	stop()
	if got := r.all(); !slices.Equal(got, []string{"a/1", "b/3", "c/1"}) {
		t.Errorf("got %q", got)
	}
	for _, batch := range r.batches {
		if len(batch) > 1 && slices.Contains(batch, "b/3") {
			t.Errorf("what may have killed the process came in a batch: %q", batch)
		}
	}
	if left := files(t, dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestTwoHandlersAtATime(t *testing.T) {
	o := options(t, t.TempDir())
	o.Batch = 1
	q, r := open(t, o), &recorder{}
	r.answer = func(events.SQSEvent) (events.SQSEventResponse, error) {
		time.Sleep(5 * time.Millisecond)
		return events.SQSEventResponse{}, nil
	}
	for i := range 20 {
		send(t, q, fmt.Sprint(i))
	}
	stop := start(q, r.handle)
	drained(t, q)
	stop()
	if r.most != 2 || len(r.all()) != 20 {
		t.Errorf("%d at a time, %d in all", r.most, len(r.all()))
	}
}

func TestStoppingWaitsForHandlers(t *testing.T) {
	q := open(t, options(t, t.TempDir()))
	began, ended := make(chan struct{}), false
	stop := start(q, func(ctx context.Context, _ events.SQSEvent) (events.SQSEventResponse, error) {
		close(began)
		time.Sleep(100 * time.Millisecond)
		ended = ctx.Err() == nil
		return events.SQSEventResponse{}, nil
	})
	send(t, q, "a")
	<-began
	stop()
	if !ended || q.Len() != 0 {
		t.Errorf("ended %v with %d waiting", ended, q.Len())
	}
}

func TestHandlersHaveADeadline(t *testing.T) {
	o := options(t, t.TempDir())
	o.Timeout, o.Attempts = 10*time.Millisecond, 1
	q := open(t, o)
	var err error
	stop := start(q, func(ctx context.Context, _ events.SQSEvent) (events.SQSEventResponse, error) {
		<-ctx.Done()
		err = ctx.Err()
		return events.SQSEventResponse{}, nil
	})
	send(t, q, "a")
	drained(t, q)
	stop()
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestForeignFilesAreNamed(t *testing.T) {
	for _, name := range []string{"notes.txt", "1.x", "2.0"} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name), []byte("no"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := queue.Open(queue.Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
