package audience

import (
	"strings"
	"time"
	"unicode"
)

// column is what a column of an imported list means.
type column int

const (
	colNone column = iota
	colEmail
	colName
	colCadence
	colTopics
	colSince   // when they joined there
	colStatus  // a word: subscribed, unsubscribed, cleaned …
	colGone    // a moment or a yes that says: not any more
	colWanted  // a yes or no: wants mail
	colPage    // ours: the consent's page
	colShown   // ours: what was agreed to
	colSource  // ours: where the consent came from
	colIgnored // known, and of no use here
)

// headings are the headings of columns that we know, in lower case without
// anything but letters and digits. They are those of the exports of Mailchimp
// (Email Address, OPTIN_TIME, UNSUB_TIME, CLEAN_TIME), Substack (email_disabled,
// created_at), Ghost (subscribed_to_emails, deleted_at), Buttondown
// (subscriber_type, creation_date), Squarespace (Subscribed On, Accepts
// Marketing), our own, and of lists kept by hand.
var headings = map[string]column{
	"email": colEmail, "emailaddress": colEmail, "mail": colEmail, "address": colEmail, "subscriberemail": colEmail,
	"firstname": colName, "name": colName, "fname": colName, "givenname": colName, "fullname": colName,
	"cadence": colCadence, "frequency": colCadence,
	"topics": colTopics,
	"since":  colSince, "optintime": colSince, "createdat": colSince, "creationdate": colSince, "subscribedon": colSince,
	"subscribersince": colSince, "datesubscribed": colSince, "subscribedat": colSince, "signupdate": colSince, "startdate": colSince,
	"status": colStatus, "subscribertype": colStatus, "type": colStatus, "subscriptionstatus": colStatus, "emailmarketingstatus": colStatus,
	"unsubtime": colGone, "cleantime": colGone, "deletedat": colGone, "unsubscribedat": colGone, "unsubscribed": colGone,
	"emaildisabled": colGone, "bounced": colGone, "complained": colGone,
	"subscribedtoemails": colWanted, "acceptsmarketing": colWanted, "subscribed": colWanted, "acceptsemailmarketing": colWanted,
	"consentpage": colPage, "consentshown": colShown, "consentsource": colSource,
	"lastname": colIgnored, "memberrating": colIgnored, "confirmtime": colIgnored, "tags": colIgnored, "labels": colIgnored,
	"notes": colIgnored, "note": colIgnored, "activesubscription": colIgnored, "expiry": colIgnored, "consentat": colIgnored,
	"confirmed": colIgnored, "paused": colIgnored,
}

// services are told by a heading only they have.
var services = []struct{ heading, name string }{
	{"consentshown", "pennypost"}, {"memberrating", "Mailchimp"}, {"optintime", "Mailchimp"}, {"unsubtime", "Mailchimp"}, {"cleantime", "Mailchimp"},
	{"emaildisabled", "Substack"}, {"activesubscription", "Substack"}, {"subscribedtoemails", "Ghost"}, {"complimentaryplan", "Ghost"},
	{"subscribertype", "Buttondown"}, {"creationdate", "Buttondown"},
	{"subscribedon", "Squarespace"}, {"acceptsmarketing", "Squarespace"}, {"subscribersince", "Squarespace"},
}

func normalHeading(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// readHeadings understands a list's first row. Without an address column ok is
// false. understood is for people: each column's heading and what it is taken for.
func readHeadings(row []string) (columns []column, service string, understood []string, ok bool) {
	words := [...]string{colEmail: "address", colName: "name", colCadence: "cadence", colTopics: "topics", colSince: "subscriber since",
		colStatus: "status", colGone: "no longer subscribed", colWanted: "wants mail", colPage: "consent", colShown: "consent", colSource: "consent"}
	service = "a list with headings"
	seen := map[column]bool{}
	for _, heading := range row {
		h := normalHeading(heading)
		for _, s := range services {
			if s.heading == h && service == "a list with headings" {
				service = s.name
			}
		}
		c := headings[h]
		// The first of several fits best, but everything that says "gone" is heard.
		if seen[c] && c != colGone && c != colStatus && c != colWanted {
			c = colIgnored
		}
		seen[c] = true
		columns = append(columns, c)
		if c != colNone && c != colIgnored {
			understood = append(understood, strings.TrimSpace(heading)+" → "+words[c])
		}
	}
	return columns, service, understood, seen[colEmail]
}

// no tells whether a cell that answers a question with yes or no says no.
func no(s string) bool {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "", "0", "false", "no", "n", "never", "null", "none":
		return true
	}
	return false
}

// statusStops tells whether a status word means that somebody is not to be mailed.
func statusStops(s string) bool {
	switch normalHeading(s) {
	case "", "active", "subscribed", "regular", "premium", "gifted", "trialed", "paid", "free", "comped", "member", "subscriber",
		"confirmed", "enabled", "churning", "pastdue", "yearly", "monthly", "founding", "author", "complimentary":
		return false
	}
	return true
}

// readTime understands the moments that exports hold; zero if it does not.
func readTime(s string) time.Time {
	s = strings.TrimSpace(s)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05", "2006-01-02 15:04:05 MST", "2006-01-02T15:04:05", "2006-01-02",
		"01/02/2006", "1/2/06, 3:04 PM", "Jan 2, 2006", "January 2, 2006", "2006-01-02 15:04"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}
