package signup

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/mail"
	"github.com/pennypost/pennypost/internal/settings"
)

// promise is the sentence somebody agrees to; it is shown beside the button and
// kept as the record of their consent.
func promise(s *settings.Settings, c audience.Cadence, topics []string) string {
	what := "by mail each new post of %s"
	switch c {
	case audience.Weekly:
		what = "one mail a week with what is new on %s"
	case audience.Monthly:
		what = "one mail a month with what is new on %s"
	}
	about := ""
	if titles := topicTitles(topics, s.Topics); len(titles) > 0 {
		about = ", about " + strings.Join(titles, ", ")
	}
	return fmt.Sprintf("Send me "+what+"%s. I can change this or leave at any time with one click.", s.Title, about)
}

// topicTitles are the titles of topics given by id.
func topicTitles(ids []string, topics []settings.Topic) []string {
	var titles []string
	for _, t := range topics {
		if slices.Contains(ids, t.ID) {
			titles = append(titles, t.Title)
		}
	}
	return titles
}

// freshLinkMail brings a subscriber the way to their preferences.
func freshLinkMail(s *settings.Settings, link string) (mail.Message, error) {
	return mail.Notice{
		Settings: s,
		Subject:  "Your link for " + s.Title,
		Heading:  "Your link",
		Intro:    []string{"Somebody, probably you, asked for a link with which you can change how often we write, or leave."},
		Sections: []mail.Section{{Actions: []mail.Action{{Label: "Open my preferences", URL: link}}}},
		Outro:    []string{"If it was not you, do nothing. The link is for you alone, so please do not pass it on."},
	}.Message()
}

// moveMail asks the owner of a new address whether the newsletter should go there.
func moveMail(s *settings.Settings, link string) (mail.Message, error) {
	return mail.Notice{
		Settings: s,
		Subject:  "Your new address for " + s.Title,
		Heading:  "Is this your new address?",
		Intro:    []string{"A subscriber of " + s.Title + " asked that it come here from now on."},
		Sections: []mail.Section{{Actions: []mail.Action{{Label: "Yes, send it here", URL: link}}}},
		Outro:    []string{fmt.Sprintf("The link works for %d days. If you did not ask for this, do nothing, and nothing will be sent.", linkDays)},
	}.Message()
}

func numberBytes(number string) ([8]byte, error) {
	var b [8]byte
	if len(number) != 2*len(b) {
		return b, errors.New("a request has no number")
	}
	if _, err := hex.Decode(b[:], []byte(number)); err != nil {
		return b, errors.New("a request's number is damaged")
	}
	return b, nil
}
