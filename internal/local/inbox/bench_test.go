package inbox_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/mailgun/mailgun-go/v4"

	"github.com/pennypost/pennypost/internal/local/inbox"
)

// BenchmarkReceive takes a mail of 20 KB to a thousand recipients.
func BenchmarkReceive(b *testing.B) {
	_, mg := opened(b, inbox.Options{})
	for b.Loop() {
		if _, _, err := mg.Send(context.Background(), heavy()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(1000*float64(b.N)/b.Elapsed().Seconds(), "recipients/s")
}

// BenchmarkHundredThousand looks at an inbox of a hundred thousand mails: its first
// page, a search for one recipient, a page of the log, and all of it as JSON.
func BenchmarkHundredThousand(b *testing.B) {
	base, mg := opened(b, inbox.Options{})
	for range 100 {
		if _, _, err := mg.Send(context.Background(), heavy()); err != nil {
			b.Fatal(err)
		}
	}
	for name, path := range map[string]string{
		"page": "/", "search": "/?to=r999@", "newest": "/api/messages?limit=10", "all": "/api/messages", "one": "/message/50-500",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				resp, err := http.Get(base + path)
				if err != nil {
					b.Fatal(err)
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
		})
	}
}

func heavy() *mailgun.Message {
	m := letter(1000)
	m.SetHTML("<html><head></head><body>" + strings.Repeat("<p width=\"100%\">A paragraph of the usual sort.</p>\n", 400) + "%recipient.name%")
	return m
}
