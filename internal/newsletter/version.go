package newsletter

import (
	"encoding/json"
	"errors"
	"fmt"
)

// version is the format of all state objects this program writes.
const version = 1

// ErrNewer is reported for state written by a later version of the program, which
// this one must not touch.
var ErrNewer = errors.New("the newsletter's state was written by a newer version of pennypost: update this one")

// damagedError is reported for an object that was read and is nonsense. Nothing else tells
// that it is: a request that failed may succeed the next time.
type damagedError struct{ what string }

func (e *damagedError) Error() string { return e.what }

func damaged(format string, a ...any) error { return &damagedError{fmt.Sprintf(format, a...)} }

// isDamaged tells whether an error says that an object is there and is nonsense.
func isDamaged(err error) bool { return errors.As(err, new(*damagedError)) }

// stamp begins every state object. The generation and the nonce make each write
// unlike any other, so that a run recognises its own.
type stamp struct {
	Version    int    `json:"version"`
	Generation int64  `json:"generation"`
	Nonce      string `json:"nonce"`
}

func (s *stamp) marked() *stamp { return s }

// state is what every state object can do: name its stamp and refuse to be nonsense.
type state interface {
	marked() *stamp
	check() error
}

// decode reads a state object strictly enough that a damaged one stops the work
// instead of mailing somebody twice.
func decode(key string, body []byte, into state) error {
	var head struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(body, &head); err != nil {
		return damaged("%s cannot be read: %v", key, err)
	}
	if head.Version > version {
		return fmt.Errorf("%s: %w", key, ErrNewer)
	}
	if head.Version < 1 {
		return damaged("%s names no version", key)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return damaged("%s cannot be read: %v", key, err)
	}
	if err := into.check(); err != nil {
		return damaged("%s is damaged: %v", key, err)
	}
	return nil
}

// encode writes the next generation of a state object.
func encode(v state, nonce string) ([]byte, error) {
	m := v.marked()
	m.Version = version
	m.Generation++
	m.Nonce = nonce
	return json.Marshal(v)
}
