package mailgun

import (
	"fmt"
	"time"
)

// Each error below is returned as a pointer; match it with [errors.As]. No text
// in them holds a mail address.

// LimitError: nothing was sent, because a request may name no more recipients
// than Max. Send smaller ones, and remember the number for the account. Max is at
// least 1 and less than the batch had; half of that, if Mailgun named no number.
type LimitError struct{ Max int }

func (e *LimitError) Error() string {
	return fmt.Sprintf("Mailgun takes at most %d recipients a request", e.Max)
}

// ThrottledError: nothing was sent, the account has used up its allowance for
// now. Until is the time Mailgun named, zero if it named none, and never more than
// a month away.
type ThrottledError struct {
	Until  time.Time
	Reason string
}

func (e *ThrottledError) Error() string { return "Mailgun asks to wait: " + e.Reason }

// AuthError: nothing was sent, and nothing will be until a person mends the key,
// the domain, the region or the bill. Status is 401, 402, 403 or 404, or 0 if
// Mailgun was not even asked because a setting is missing.
type AuthError struct {
	Status int
	Reason string
}

func (e *AuthError) Error() string {
	if e.Status == 0 {
		return e.Reason
	}
	return fmt.Sprintf("Mailgun refuses this account (%d): %s", e.Status, e.Reason)
}

// TooLargeError: nothing was sent, the message is too large as it is.
type TooLargeError struct{ Reason string }

func (e *TooLargeError) Error() string { return "Mailgun finds the message too large: " + e.Reason }

// RefusedError: nothing was sent, and the same request would be refused again.
// Status is 0 if the batch was found wanting before Mailgun was asked.
type RefusedError struct {
	Status int
	Reason string
	// BadRecipient is set if an address among the recipients is at fault: the batch
	// would pass without it, so halving it finds the one.
	BadRecipient bool
}

func (e *RefusedError) Error() string {
	if e.Status == 0 {
		return "not a message to send: " + e.Reason
	}
	return fmt.Sprintf("Mailgun refused the message (%d): %s", e.Status, e.Reason)
}

// UnsentError: the request never left this machine, because no connection could
// be made. It may be tried again at any time.
type UnsentError struct{ Reason string }

func (e *UnsentError) Error() string { return "not sent, Mailgun cannot be reached: " + e.Reason }

// UncertainError: the batch may have been accepted or not. It must not be sent
// again before Mailgun's log has been asked. Status is 0 if no answer came.
type UncertainError struct {
	Status int
	Reason string
}

func (e *UncertainError) Error() string {
	if e.Status == 0 {
		return "no clear answer from Mailgun: " + e.Reason
	}
	return fmt.Sprintf("no clear answer from Mailgun (%d): %s", e.Status, e.Reason)
}
