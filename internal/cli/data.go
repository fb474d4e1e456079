package cli

import (
	"context"
	"crypto/rand"
	"log/slog"
	"time"

	"github.com/pennypost/pennypost/functions"
	"github.com/pennypost/pennypost/internal/local"
)

// dataFlags say which data a command works on.
type dataFlags struct {
	Data string `default:".pennypost" help:"The data folder of a local run." placeholder:"FOLDER"`
}

// open gives the functions' surroundings over the data, whether or not a local run
// is up on it, and what to call in the end.
func (f *dataFlags) open() (functions.Surroundings, func() error, error) {
	client, _, done, err := local.Connect(f.Data, nil)
	if err != nil {
		return functions.Surroundings{}, nil, err
	}
	none := func(context.Context) (string, error) { return "", nil }
	return functions.Surroundings{
		S3: client, Content: "content", Site: "site", State: "state",
		Now: time.Now, Rand: rand.Reader,
		Deadline:   time.Minute,
		Mailgun:    functions.Mailgun{SendingKey: none, EventsKey: none, SigningKey: none},
		Invalidate: func(context.Context) error { return nil },
		Log:        slog.New(slog.DiscardHandler),
	}, done, nil
}
