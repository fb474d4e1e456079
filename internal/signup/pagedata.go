package signup

import (
	"html/template"

	"github.com/pennypost/pennypost/internal/theme"
)

// What the templates of the pages see.
type (
	subscribeData struct {
		Intro string
		Form  template.HTML
	}
	confirmData struct {
		Token, Masked, Promise string
		Move                   bool
	}
	welcomeData struct {
		Title, Cadence, Token string
		Move                  bool
	}
	unsubscribeData struct{ Token, Masked, Title string }
	linkData        struct{ Seal, Error, Quick string }
	eraseData       struct{ Token, Masked string }
	preferencesData struct {
		Token, Masked, Title, Name string
		Cadences, Topics           []theme.Choice
		Active, Bounced            bool
		Paused                     string // the day until which nothing is sent; empty: not paused
		Pauses                     []int  // weeks
		Words                      preferenceWords
	}
)
