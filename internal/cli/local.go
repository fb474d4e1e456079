package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/pennypost/pennypost/functions"
	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/local"
)

// defaultSite is where the site is served unless --site says otherwise.
const defaultSite = "127.0.0.1:8080"

// localCommand is `pennypost local`, which is `make run`.
type localCommand struct {
	Dir     string        `default:"posts" help:"Folder whose files are published like uploads; \"\" for none." placeholder:"FOLDER"`
	Data    string        `default:".pennypost" help:"Folder where everything lives between runs." placeholder:"FOLDER"`
	Fresh   bool          `help:"Forget what the data folder holds first."`
	Site    string        `default:"${site}" help:"Where the site is served." placeholder:"HOST:PORT"`
	S3      string        `name:"s3" default:"127.0.0.1:9000" help:"Where uploads are taken." placeholder:"HOST:PORT"`
	Mailgun string        `default:"127.0.0.1:8025" help:"Where mail is taken and shown." placeholder:"HOST:PORT"`
	Undo    time.Duration `default:"0s" help:"How long a new post can be taken back before it is mailed."`
	Tick    time.Duration `default:"1s" help:"Time between two looks at the clock."`
	Settle  time.Duration `default:"2s" help:"How long to wait before asking about a mail whose fate is unknown."`
	Now     string        `help:"Start the clock at this time, like 2026-11-27T08:59:00Z." placeholder:"TIME"`
}

// Run runs the blog, the mail and all on this machine until it is stopped.
func (c *localCommand) Run(ctx context.Context, s surroundings) error {
	if c.Tick <= 0 {
		return fmt.Errorf("--tick %s: write a time greater than zero, like 1s", c.Tick)
	}
	var now time.Time
	if c.Now != "" {
		var err error
		if now, err = time.Parse(time.RFC3339, c.Now); err != nil {
			return fmt.Errorf("--now %s: write a date, a time and its zone, like 2026-11-27T08:59:00Z or 2026-11-27T09:59:00+01:00", c.Now)
		}
	}
	return local.Run(ctx, local.Options{
		Dir: c.Dir, Data: c.Data, Fresh: c.Fresh, Site: c.Site, S3: c.S3, Mailgun: c.Mailgun,
		Undo: c.Undo, Tick: c.Tick, Settle: c.Settle, Now: now,
		Wire: functions.New, Seed: seed,
	}, s.out)
}

// seed puts two subscribers on the list, so that the first post has somebody to go to.
func seed(ctx context.Context, s functions.Surroundings) error {
	list := s.Audience()
	for _, demo := range []struct {
		address, name string
		cadence       audience.Cadence
	}{
		{"each@demo.example", "Emma Each", audience.Each},
		{"weekly@demo.example", "Will Weekly", audience.Weekly},
	} {
		_, err := list.Add(ctx, audience.Ask{
			Address: demo.address, Name: demo.name, Cadence: demo.cadence, At: s.Now(),
			Consent: audience.Consent{At: s.Now(), Source: "demo"},
		})
		if err != nil {
			return err
		}
	}
	return nil
}
