package mailgun

import (
	"fmt"
	"time"
)

// Each error below is returned as a pointer; match it with [errors.As]. No text
// in them holds a mail address.

// LimitError: nothing was sent, because a request may name no more recipients
// than Max. Send smaller ones, and remember the number for the account.
type LimitError struct{ Max int }

func (e *LimitError) Error() string {
	return fmt.Sprintf("Mailgun takes at most %d recipients a request", e.Max)
}

// ThrottledError: nothing was sent, the account has used up its allowance for
// now. Until is the time Mailgun named, zero if it named none.
type ThrottledError struct {
	Until  time.Time
	Reason string
}

func (e *ThrottledError) Error() string { return "Mailgun asks to wait: " + e.Reason }

// AuthError: nothing was sent, and nothing will be until a person mends the key,
// the domain, the region or the bill. Status is 401, 402, 403 or 404.
type AuthError struct {
	Status int
	Reason string
}

func (e *AuthError) Error() string {
	return fmt.Sprintf("Mailgun refuses this account (%d): %s", e.Status, e.Reason)
}

// TooLargeError: nothing was sent, the message is too large as it is.
type TooLargeError struct{ Reason string }

func (e *TooLargeError) Error() string { return "Mailgun finds the message too large: " + e.Reason }

// RefusedError: nothing was sent, and the same request would be refused again.
type RefusedError struct {
	Status int
	Reason string
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("Mailgun refused the message (%d): %s", e.Status, e.Reason)
}

// UnsentError: the request never reached Mailgun (no connection, or the batch is
// not one that can be sent). It may be tried again at once.
type UnsentError struct {
	Reason string
	// Invalid is set if the batch itself is at fault, so that trying again is useless.
	Invalid bool
}

func (e *UnsentError) Error() string { return "not sent: " + e.Reason }

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
