// Package settings is posts/site.yaml: the author's settings, each with a sane
// default, and errors that name the line.
package settings

import "time"

// Key is the content key of the settings file.
const Key = "posts/site.yaml"

// Settings is the whole of site.yaml with defaults filled in.
type Settings struct {
	Title       string
	URL         string // absolute, without a trailing slash: "https://example.org"
	Description string
	Language    string // BCP 47, "en"
	Timezone    string // IANA name, "UTC"
	Permalink   string // "/blog/:slug/"; :year :month :day :slug
	PageSize    int    // posts per listing page
	Nav         []NavItem
	Topics      []Topic
	Author      Author
	Theme       Theme
	Newsletter  Newsletter

	Location *time.Location // Timezone, loaded
}

// NavItem is one entry of the site's navigation.
type NavItem struct{ Title, URL string }

// Topic is something a subscriber can choose to hear about: the posts that carry
// one of Tags, or, with Books, the book reviews; a topic with neither is every
// post no other topic takes ("articles").
type Topic struct {
	ID    string // short, stable, URL-safe
	Title string
	Tags  []string
	Books bool
}

// Author is who writes.
type Author struct {
	Name  string
	Bio   string
	Photo string // a path under posts/, as written
	Email string // where mails to the author go; empty: none are sent
}

// Theme is what the author may change about the look.
type Theme struct {
	Accent string // CSS hex colour "#0b6e4f"
	// AccentDark is Accent made light enough for dark backgrounds; derived, if unset.
	AccentDark string
	Logo       string // a path under posts/, as written
	Font       string // "serif" (default) or "sans": the body's face
}

// Newsletter is how mail goes out.
type Newsletter struct {
	Domain     string // Mailgun sending domain; empty: no mail is sent on AWS
	From       string // "Name <address>"
	ReplyTo    string
	Address    string // postal address, required by law in bulk mail
	Region     string // "us" or "eu"
	Undo       time.Duration
	UndoSet    bool // Undo was set by the author, so a default of the surroundings does not apply
	MaxAge     time.Duration
	MaxPerHour int
	Batch      int // recipients a request
	PerHour    int // messages an hour, 0: no limit of ours
	PerDay     int
	// MaxSignupsPerHour is how many mails an hour go to people who ask for one in a form:
	// to confirm a subscription or a new address, or with a fresh link.
	MaxSignupsPerHour int
	Weekly            Weekly
	Monthly           Monthly
}

// Weekly is the minute of the week at which the weekly digest is due, in the site's time zone.
type Weekly struct {
	Day          time.Weekday
	Hour, Minute int
}

// Monthly is the minute of the month at which the monthly digest is due. A Day
// beyond the end of a month means its last day.
type Monthly struct {
	Day          int
	Hour, Minute int
}
