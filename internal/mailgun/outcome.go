package mailgun

import (
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	api "github.com/mailgun/mailgun-go/v4"
)

// statusEnhanceYourCalm is what Mailgun answers, undocumented, when a domain has
// used up its recipients for the hour.
const statusEnhanceYourCalm = 420

// outcome turns what mailgun-go says about a failed request to n recipients into
// what is known.
func outcome(err error, x *exchange, n int, now time.Time) error {
	if answer := new(api.UnexpectedResponseError); errors.As(err, &answer) {
		return judge(answer.Actual, answer.Data, x, n, now)
	}
	if !x.left.Load() {
		return &UnsentError{Reason: cause(err)}
	}
	return &UncertainError{Reason: cause(err)}
}

// judge tells what an answer other than success means. n is 0 for a request that
// names no recipients.
func judge(status int, body []byte, x *exchange, n int, now time.Time) error {
	why := reason(status, body)
	waits := tooMuchNow.MatchString(why)
	switch {
	case status == statusEnhanceYourCalm || status == http.StatusTooManyRequests ||
		waits && status >= 400 && status < 500:
		return &ThrottledError{Until: resetTime(why, x.retryAfter.Load(), now), Reason: why}
	case status == http.StatusBadRequest && n > 1 && tooMany.MatchString(why):
		return &LimitError{Max: named(why, n)}
	case status == http.StatusUnauthorized, status == http.StatusPaymentRequired,
		status == http.StatusForbidden, status == http.StatusNotFound:
		return &AuthError{Status: status, Reason: why}
	case status == http.StatusRequestEntityTooLarge:
		return &TooLargeError{Reason: why}
	case status == http.StatusRequestTimeout, status < 300, status >= 500:
		// Mailgun is known to answer 5xx and send all the same.
		return &UncertainError{Status: status, Reason: why}
	}
	return &RefusedError{Status: status, Reason: why, BadRecipient: badRecipient.MatchString(why)}
}

// The words Mailgun uses, as users have quoted them in public.
var (
	tooMuchNow = regexp.MustCompile(`(?i)\blimit exceeded\b.*\btry again\b|\btry again (?:after|in|at)\b.*\d`)
	tooMany    = regexp.MustCompile(`(?i)too many recipients|only [\d,]+ recipients|max(?:imum)?\b[^.\d]{0,40}recipients|recipients[^.\d]{0,40}\bmax`)
	number     = regexp.MustCompile(`\d[\d,]*`)

	badRecipient = regexp.MustCompile(`(?i)['"]?\bto\b['"]? parameter is not a valid address|recipient.{0,40}not (?:a )?valid|invalid recipient`)
)

// named is the limit a refusal names: the first number below n, else the half of n.
func named(why string, n int) int {
	for _, text := range number.FindAllString(why, -1) {
		limit, err := strconv.Atoi(strings.ReplaceAll(text, ",", ""))
		if err == nil && limit > 0 && limit < n {
			return limit
		}
	}
	return max(1, n/2)
}
