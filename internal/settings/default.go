package settings

import "time"

// Default is the settings of a site whose author has written none: enough to
// look finished with a single post.
func Default() *Settings {
	return &Settings{
		Title:       "A blog on pennypost",
		Description: "Notes, essays and book reviews, and a letter when there is something new.",
		Language:    "en",
		Timezone:    "UTC",
		Permalink:   "/blog/:slug/",
		PageSize:    10,
		Nav: []NavItem{
			{Title: "Books", URL: "/books/"},
			{Title: "Archive", URL: "/archive/"},
		},
		Theme: Theme{Accent: "#0b6e4f", AccentDark: lighten("#0b6e4f"), Font: "serif"},
		Newsletter: Newsletter{
			Region:     "us",
			MaxAge:     48 * time.Hour,
			MaxPerHour: 3,
			Batch:      500,

			MaxSignupsPerHour: 100,
			Weekly:            Weekly{Day: time.Friday, Hour: 9},
			Monthly:           Monthly{Day: 1, Hour: 9},
		},
		Location: time.UTC,
	}
}
