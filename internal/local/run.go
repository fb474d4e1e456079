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
	"os"
	"time"

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
	if err := os.WriteFile(s.data.path(siteFile), []byte(reachable(s.ports.site)+"\n"), 0o600); err != nil {
		return err
	}
	if err := s.data.lock.says(holder{
		S3: reachable(s.ports.s3), Site: reachable(s.ports.site), Mailgun: reachable(s.ports.mailgun),
		// Not rounded up: a command's wish would be newer than what happens right after it.
		Ahead: time.Until(s.now()).Truncate(time.Millisecond),
	}); err != nil {
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
			Base: reachable(s.ports.mailgun), Domain: MailDomain,
			SendingKey: key("local"), EventsKey: key("local"), SigningKey: key(s.key),
		},
		Invalidate: func(context.Context) error { return nil },
		Log:        slog.New(log{voice: s.voice}),
		Say:        s.voice.say,
	}
}
