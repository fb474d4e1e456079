package mail_test

import (
	"strings"
	"testing"

	letter "github.com/pennypost/pennypost/internal/mail"
)

func TestSubjectOfADigest(t *testing.T) {
	for _, tt := range []struct {
		posts int
		own   string // the newest one's own subject
		want  string
	}{
		{1, "", "A week of small repairs"},
		{1, "Mended", "Mended"},
		{2, "", "A week of small repairs, and 1 more"},
		{3, "Mended", "Mended, and 2 more"},
	} {
		d := digest(t, letter.Weekly, 1)
		newest := *d.Items[0].Entry
		newest.Title, newest.Subject = "A week of small repairs", tt.own
		d.Items[0].Entry = &newest
		d.Items = d.Items[:tt.posts]
		m, err := d.Message()
		if err != nil || m.Subject != tt.want {
			t.Errorf("%d posts: %q, %v, want %q", tt.posts, m.Subject, err, tt.want)
		}
	}
}

// TestNoMailWithoutASubject holds for a post of no title on a site of none: Mailgun
// refuses a mail without a subject.
func TestNoMailWithoutASubject(t *testing.T) {
	for title, want := range map[string]string{"The Mending Bench": "The Mending Bench", "": "A letter"} {
		a := announcement(t, "everything")
		e := *a.Entry
		e.Title, e.Subject = " ", ""
		a.Entry, a.Settings.Title = &e, title
		m, err := a.Message()
		if err != nil || m.Subject != want {
			t.Errorf("on a site called %q: %q, %v, want %q", title, m.Subject, err, want)
		}
	}
}

func TestConfirmationNamesWhatWasAskedFor(t *testing.T) {
	for _, tt := range []struct {
		c    letter.Confirmation
		want string
	}{
		{letter.Confirmation{Cadence: "each"}, "asked for each new post from"},
		{letter.Confirmation{Cadence: "weekly"}, "asked for a digest each week from"},
		{letter.Confirmation{Cadence: "monthly"}, "asked for a digest each month from"},
		{letter.Confirmation{Cadence: "monthly", Topics: []string{"Books", "Bees"}}, "asked for a digest each month (Books, Bees) from"},
	} {
		tt.c.Settings, tt.c.URL = siteSettings(), site+"/confirm?t=abc"
		m, err := tt.c.Message()
		if err != nil || !strings.Contains(strings.Join(strings.Fields(m.Text), " "), tt.want) || !strings.Contains(m.HTML, tt.want) {
			t.Errorf("%q is not in %q, %v", tt.want, m.Text, err)
		}
		if strings.Contains(m.Text, "It works for") {
			t.Errorf("days that were not given: %q", m.Text)
		}
	}
}
