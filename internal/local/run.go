package local

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/pennypost/pennypost/functions"
	"github.com/pennypost/pennypost/internal/local/front"
	"github.com/pennypost/pennypost/internal/local/inbox"
	"github.com/pennypost/pennypost/internal/local/mirror"
	"github.com/pennypost/pennypost/internal/local/queue"
	"github.com/pennypost/pennypost/internal/local/s3disk"
	"github.com/pennypost/pennypost/internal/store"
)

// Run runs everything until ctx ends, and then waits a little for what is under way.
// It writes to stdout where to look, and what the functions say. An error is one line
// for people: nothing has been started then, or nothing runs any more.
func Run(ctx context.Context, o Options, stdout io.Writer) (err error) {
	d, err := openData(o.Data, o.Fresh)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.lock.release()) }()
	s := &services{data: d, o: o, voice: &voice{out: stdout}, now: clock(o.Now)}
	defer s.closePorts()
	if err := s.open(); err != nil {
		return err
	}
	return s.run(ctx)
}

// services are the parts of a running pennypost.
type services struct {
	data  *data
	o     Options
	voice *voice
	now   func() time.Time

	ports  struct{ site, s3, mailgun net.Listener }
	queue  *queue.Queue
	disk   *s3disk.Disk
	inbox  http.Handler
	mirror *mirror.Mirror // nil if no folder is mirrored
	key    string         // signs the inbox's webhooks; of this process
}

// open opens all that can fail before anything runs.
func (s *services) open() (err error) {
	for _, p := range []struct {
		flag, address string
		port          *net.Listener
	}{{"site", s.o.Site, &s.ports.site}, {"s3", s.o.S3, &s.ports.s3}, {"mailgun", s.o.Mailgun, &s.ports.mailgun}} {
		if *p.port, err = listen(p.flag, p.address); err != nil {
			return err
		}
	}
	if s.queue, err = queue.Open(queue.Options{Dir: s.data.path(queueDir), Now: s.now, Concurrency: 1, Timeout: deadline, Say: s.voice.say}); err != nil {
		return err
	}
	n := &notifier{send: s.queue.Send, say: s.voice.say}
	if s.disk, err = s3disk.Open(s.data.path(s3Dir), s3disk.Options{Now: s.now, Notify: n.notify}); err != nil {
		return err
	}
	if err := s.disk.Make(content, site, state); err != nil {
		return err
	}
	s.key = rand.Text()
	if s.inbox, err = inbox.New(inbox.Options{
		Dir: s.data.path(mailDir), Now: s.now,
		WebhookURL: reachable(s.ports.site) + "/webhooks/mailgun", SigningKey: s.key,
	}); err != nil {
		return err
	}
	if s.o.Dir != "" {
		s.mirror, err = mirror.Open(mirror.Options{
			Dir: s.o.Dir, Prefix: posts, Index: s.data.path(mirrorDir), Say: s.voice.say,
			Bucket: store.New(connect(reachable(s.ports.s3)), content),
		})
	}
	return err
}

func (s *services) closePorts() {
	for _, l := range []net.Listener{s.ports.site, s.ports.s3, s.ports.mailgun} {
		if l != nil {
			_ = l.Close() // also after it has been served and closed
		}
	}
}

// run starts everything, in the order in which one thing needs another, and stops it
// in the opposite one.
func (s *services) run(ctx context.Context) error {
	failed := make(chan error, 3)
	stopS3 := serve(s.ports.s3, onlyHere(s.ports.s3, s.disk.Handler()), failed)
	defer stopS3()
	stopMailgun := serve(s.ports.mailgun, onlyHere(s.ports.mailgun, s.inbox), failed)
	defer stopMailgun()

	around := s.surroundings()
	if s.o.Seed != nil {
		if err := s.data.once(seededFile, func() error { return s.o.Seed(ctx, around) }); err != nil {
			return fmt.Errorf("preparing the demo: %w", err)
		}
	}
	handlers, err := s.o.Wire(around)
	if err != nil {
		return err
	}
	welcome, err := front.Welcome(s.folder(), reachable(s.ports.s3), content)
	if err != nil {
		return err
	}
	stopSite := serve(s.ports.site, front.New(front.Options{
		Site: store.New(around.S3, site), Subscribe: handlers.Subscribe, Webhook: handlers.Webhook,
		Welcome: welcome, Log: around.Log,
	}), failed)
	defer stopSite()
	if err := s.data.lock.says(holder{S3: reachable(s.ports.s3)}); err != nil {
		return err
	}
	s.introduce()

	work, stop := context.WithCancel(ctx)
	hard, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	done := s.work(work, hard, handlers)
	select {
	case <-ctx.Done():
		err = nil
	case err = <-failed:
	}
	stop()
	s.voice.say("stopping …")
	select {
	case <-done:
	case <-time.After(grace):
		cut()
		select {
		case <-done:
		case <-time.After(grace): // it does not listen; all data survive a hard end
		}
	}
	if err == nil {
		s.voice.say("stopped; everything is kept in " + s.data.dir)
	}
	return err
}

// work runs queue, ticks and mirror until ctx ends; what it returns is closed when
// all have ended.
//
// One publish run at a time: overlapping ones are correct but do the same work twice
// on a machine that has no more, and tell of one upload in several lines.
func (s *services) work(ctx, hard context.Context, h functions.Handlers) <-chan struct{} {
	var all sync.WaitGroup
	var publishing sync.Mutex
	all.Go(func() {
		s.queue.Run(ctx, func(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
			publishing.Lock()
			defer publishing.Unlock()
			// Its time begins now that it is its turn.
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), deadline)
			defer cancel()
			defer context.AfterFunc(hard, cancel)()
			return h.Publish(ctx, e)
		})
	})
	every := s.o.Tick
	if every <= 0 {
		every = time.Second
	}
	for name, call := range map[string]func(context.Context) error{
		"publishing on the clock": unlessBusy(&publishing, h.PublishTick),
		"opening digests":         h.DigestTick,
		"sending":                 h.SendTick,
	} {
		if call == nil {
			continue
		}
		t := &ticker{name: name, every: every, call: call, say: s.voice.say}
		all.Go(func() { t.run(ctx, hard) })
	}
	if s.mirror != nil {
		all.Go(func() { s.mirror.Run(ctx) })
	}
	done := make(chan struct{})
	go func() {
		all.Wait()
		close(done)
	}()
	return done
}

// unlessBusy leaves out a call while somebody else holds the lock: the next tick comes.
func unlessBusy(m *sync.Mutex, call func(context.Context) error) func(context.Context) error {
	if call == nil {
		return nil
	}
	return func(ctx context.Context) error {
		if !m.TryLock() {
			return nil
		}
		defer m.Unlock()
		return call(ctx)
	}
}

// surroundings is the world as the functions see it.
func (s *services) surroundings() functions.Surroundings {
	key := func(value string) func(context.Context) (string, error) {
		return func(context.Context) (string, error) { return value, nil }
	}
	return functions.Surroundings{
		S3:      connect(reachable(s.ports.s3)),
		Content: content, Site: site, State: state,
		Now: s.now, Rand: rand.Reader,
		SiteURL: reachable(s.ports.site),
		Undo:    s.o.Undo, Settle: s.o.Settle, Deadline: deadline,
		Alone: true,
		Mailgun: functions.Mailgun{
			Base: reachable(s.ports.mailgun), Domain: "mail.localhost",
			SendingKey: key("local"), EventsKey: key("local"), SigningKey: key(s.key),
		},
		Invalidate: func(context.Context) error { return nil },
		Log:        slog.New(log{voice: s.voice}),
		Say:        s.voice.say,
	}
}

// folder is the mirrored folder as people know it, "" for none.
func (s *services) folder() string {
	if s.o.Dir == "" {
		return ""
	}
	if whole, err := filepath.Abs(s.o.Dir); err == nil {
		return whole
	}
	return s.o.Dir
}

// introduce says where to look.
func (s *services) introduce() {
	s.voice.say("the site     " + reachable(s.ports.site) + "/")
	s.voice.say("the inbox    " + reachable(s.ports.mailgun) + "/")
	s.voice.say("uploading    aws s3 cp hello.md s3://content/posts/ --no-sign-request --endpoint-url " + reachable(s.ports.s3))
	if folder := s.folder(); folder != "" {
		s.voice.say("or put it into " + folder)
	}
	if !s.o.Now.IsZero() {
		s.voice.say("the clock began at " + s.o.Now.Format(time.RFC3339))
	}
	s.voice.say("Ctrl-C ends it")
}

// serve serves a port until the function it returns is called, which waits a little
// for the requests under way. If serving ends by itself, failed is told.
func serve(l net.Listener, h http.Handler, failed chan<- error) (stop func()) {
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
	}()
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			_ = server.Close()
		}
	}
}
