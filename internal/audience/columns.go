package audience

import (
	"slices"
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
	colSince      // when they joined there
	colStatus     // a word: subscribed, unsubscribed, cleaned …
	colLeft       // a moment or a yes that says: not any more
	colBounced    // the same, because mail came back
	colComplained // the same, because they complained
	colWanted     // a yes or no: wants mail
	colConsentAt  // ours: when it was agreed to
	colPage       // ours: the consent's page
	colShown      // ours: what was agreed to
	colSource     // ours: where the consent came from
	colPaused     // ours: until when nothing is to be sent
	colIgnored    // known, and of no use here
)

// headings are the headings of columns that we know, in lower case without
// anything but letters and digits. They are those of the exports of
//
//   - Mailchimp: Email Address, First Name, MEMBER_RATING, OPTIN_TIME, TAGS; of the
//     unsubscribed UNSUB_TIME, UNSUB_CAMPAIGN_TITLE, UNSUB_REASON; of the cleaned
//     CLEAN_TIME, CLEAN_CAMPAIGN_TITLE
//   - Substack: email, active_subscription, expiry, plan, email_disabled, created_at,
//     first_payment_at; from its dashboard Email, Name, Stripe plan, Start date, Type
//   - Ghost: email, name, subscribed_to_emails, complimentary_plan, created_at, deleted_at
//   - Buttondown: email_address or email, type or subscriber_type, creation_date,
//     unsubscription_date
//   - Squarespace: Email Address, Date Subscribed, Subscribed On, Subscriber Since,
//     Accepts Marketing
//
// our own, and of lists kept by hand.
var headings = map[string]column{
	"email": colEmail, "emailaddress": colEmail, "subscriberemail": colEmail, "email1value": colEmail, "emailadresse": colEmail, "epost": colEmail,
	"firstname": colName, "name": colName, "fname": colName, "givenname": colName, "fullname": colName, "vorname": colName,
	"cadence": colCadence, "frequency": colCadence,
	"topics": colTopics,
	"since":  colSince, "optintime": colSince, "createdat": colSince, "creationdate": colSince, "subscribedon": colSince,
	"subscribersince": colSince, "datesubscribed": colSince, "subscribedat": colSince, "signupdate": colSince, "startdate": colSince,
	"status": colStatus, "subscribertype": colStatus, "type": colStatus, "subscriptionstatus": colStatus, "emailmarketingstatus": colStatus,
	"unsubtime": colLeft, "unsubcampaigntitle": colLeft, "unsubcampaignid": colLeft, "unsubreason": colLeft, "unsubreasonother": colLeft,
	"unsubscriptiondate": colLeft, "unsubscriptionreason": colLeft, "deletedat": colLeft, "unsubscribedat": colLeft, "unsubscribed": colLeft,
	"emaildisabled": colLeft,
	"cleantime":     colBounced, "cleancampaigntitle": colBounced, "cleancampaignid": colBounced, "bounced": colBounced,
	"undeliverabilitydate": colBounced, "complained": colComplained,
	"subscribedtoemails": colWanted, "acceptsmarketing": colWanted, "subscribed": colWanted, "acceptsemailmarketing": colWanted,
	"consentat": colConsentAt, "consentpage": colPage, "consentshown": colShown, "consentsource": colSource, "paused": colPaused,
	"lastname": colIgnored, "memberrating": colIgnored, "confirmtime": colIgnored, "tags": colIgnored, "labels": colIgnored,
	"notes": colIgnored, "note": colIgnored, "activesubscription": colIgnored, "expiry": colIgnored, "confirmed": colIgnored,
}

// vague are headings that may mean a postal address as well: they are taken for the
// column of e-mail addresses where there is no better one.
var vague = []string{"address", "mail", "mailaddress", "contact"}

// services are told by a heading only they have.
var services = []struct{ heading, name string }{
	{"consentshown", "pennypost"}, {"memberrating", "Mailchimp"}, {"optintime", "Mailchimp"}, {"unsubtime", "Mailchimp"}, {"cleantime", "Mailchimp"},
	{"emaildisabled", "Substack"}, {"activesubscription", "Substack"}, {"stripeplan", "Substack"}, {"subscribedtoemails", "Ghost"}, {"complimentaryplan", "Ghost"},
	{"subscribertype", "Buttondown"}, {"creationdate", "Buttondown"}, {"unsubscriptiondate", "Buttondown"},
	{"subscribedon", "Squarespace"}, {"acceptsmarketing", "Squarespace"}, {"subscribersince", "Squarespace"}, {"datesubscribed", "Squarespace"},
}

// noService is what a list with headings of nobody's is called.
const noService = "a list with headings"

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
		colStatus: "status", colLeft: "no longer subscribed", colBounced: "no longer subscribed", colComplained: "no longer subscribed",
		colWanted: "wants mail", colConsentAt: "consent", colPage: "consent", colShown: "consent", colSource: "consent", colPaused: "paused until"}
	service = noService
	names := make([]string, len(row))
	for i, heading := range row {
		names[i] = normalHeading(heading)
	}
	for _, s := range services {
		if service == noService && slices.Contains(names, s.heading) {
			service = s.name
		}
	}
	better := slices.ContainsFunc(names, func(h string) bool { return headings[h] == colEmail })
	seen := map[column]bool{}
	for i, h := range names {
		c := headings[h]
		if !better && slices.Contains(vague, h) {
			c = colEmail
		}
		// The first of several fits best, but everything that says "gone" is heard.
		if seen[c] && !slices.Contains([]column{colStatus, colLeft, colBounced, colComplained, colWanted}, c) {
			c = colIgnored
		}
		seen[c] = true
		columns = append(columns, c)
		if c != colNone && c != colIgnored {
			understood = append(understood, Line(row[i], maxCell)+" → "+words[c])
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

// readStatus is what a status word means: active, or how it ended, or nothing for
// those who never were subscribed and for words nobody knows.
func readStatus(s string) Status {
	switch normalHeading(s) {
	case "", "active", "subscribed", "regular", "premium", "gifted", "gift", "trialed", "trial", "paid", "free", "comped", "comp", "member", "subscriber",
		"confirmed", "enabled", "churning", "pastdue", "yearly", "annual", "monthly", "founding", "author", "complimentary":
		return Active
	case "unsubscribed", "removed", "left", "cancelled", "canceled", "optedout", "optout":
		return Left
	case "bounced", "cleaned", "undeliverable", "hardbounced":
		return Bounced
	case "complained", "spam", "spammy", "abuse":
		return Complained
	}
	return ""
}

// readTime understands the moments that exports hold; zero if it does not.
func readTime(s string) time.Time {
	s = strings.TrimSpace(s)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05", "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 -0700", "2006-01-02T15:04:05", "2006-01-02",
		"1/2/2006", "1/2/2006 15:04", "1/2/06, 3:04 PM", "Jan 2, 2006", "January 2, 2006", "2006-01-02 15:04"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}
