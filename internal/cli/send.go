package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pennypost/pennypost/internal/mail"
	"github.com/pennypost/pennypost/internal/newsletter"
)

// sendCommand is `pennypost send`. Posts are mailed when they are published; this
// shows what such a mail is like.
type sendCommand struct {
	dataFlags
	Test    string `help:"Send the mail of the post to this address, marked as a test." placeholder:"ADDRESS"`
	Preview bool   `help:"Write the mail of the post as .html, .txt and .eml."`
	Out     string `default:"." help:"The folder for --preview, made if it is missing." placeholder:"FOLDER"`
	Post    string `arg:"" help:"The post: its file, its address on the site, or the last part of that."`
}

// Run makes the mail of a post and sends or writes it; no issue knows of that.
func (c *sendCommand) Run(ctx context.Context, s surroundings) (err error) {
	if c.Test == "" && !c.Preview {
		return errors.New("say --preview to get the mail in files, or --test ADDRESS to have it sent there; to its readers a post goes by itself when it is published")
	}
	around, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, around.close()) }()
	n, err := around.Newsletter()
	if err != nil {
		return err
	}
	if c.Preview {
		m, slug, err := n.Preview(ctx, c.Post)
		if err != nil {
			return err
		}
		if err := c.write(s, slug, m.For("preview"), m.EML("reader@example.org", "preview", around.Now())); err != nil {
			return err
		}
	}
	if c.Test == "" {
		return nil
	}
	if _, err := around.Mailgun.SendingKey(ctx); err != nil {
		return err
	}
	if err := n.SendTest(ctx, c.Test, c.Post); err != nil {
		return notSent(err)
	}
	_, err = fmt.Fprintln(s.out, "Sent as a test. No subscriber gets anything, and the post's own mail is not affected.")
	return err
}

// write writes a mail in its three forms.
func (c *sendCommand) write(s surroundings, slug string, m mail.Message, eml []byte) error {
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return fmt.Errorf("the folder %s cannot be made: %w", c.Out, err)
	}
	for _, f := range []struct {
		ending string
		body   []byte
	}{{".html", []byte(m.HTML)}, {".txt", []byte(m.Text)}, {".eml", eml}} {
		name := filepath.Join(c.Out, slug+f.ending)
		if err := os.WriteFile(name, f.body, 0o644); err != nil {
			return fmt.Errorf("the preview cannot be written: %w", err)
		}
		if _, err := fmt.Fprintln(s.out, name); err != nil {
			return err
		}
	}
	return nil
}

// notSent says that a refused test was not sent.
func notSent(err error) error {
	var refusal *newsletter.Refusal
	if errors.As(err, &refusal) {
		return errors.New("not sent: " + refusal.What)
	}
	return err
}
