package store

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

var (
	// ErrNotFound: there is no object with that key.
	ErrNotFound = errors.New("not found")
	// ErrExists: there is an object with that key already.
	ErrExists = errors.New("exists already")
	// ErrChanged: the object is not the one that was named any more.
	ErrChanged = errors.New("changed meanwhile")
	// ErrNotModified: the object is still the one that was named.
	ErrNotModified = errors.New("not modified")
	// ErrTooLarge: the object has more bytes than the caller takes.
	ErrTooLarge = errors.New("too large")
	// ErrConflict: other writers kept the key busy through all tries.
	ErrConflict = errors.New("too many writers at once")
	// ErrUnchanged is returned by the change function of Update to leave the object
	// as it is.
	ErrUnchanged = errors.New("unchanged")
)

// status returns the HTTP status and the S3 code of an answer, or 0 and "" if
// there was no answer.
func status(err error) (int, string) {
	var response *smithyhttp.ResponseError
	if !errors.As(err, &response) {
		return 0, ""
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		return response.HTTPStatusCode(), api.ErrorCode()
	}
	return response.HTTPStatusCode(), ""
}

// failed says in one sentence what could not be done to which object. The sentinel
// errors are what it wraps where S3 said so; a missing bucket is none of them.
func (b *Bucket) failed(doing, key string, err error) error {
	code, name := status(err)
	cause := err
	switch {
	case name == "NoSuchBucket":
	case code == http.StatusNotFound:
		cause = ErrNotFound
	case code == http.StatusPreconditionFailed:
		cause = ErrChanged
	case code == http.StatusNotModified:
		cause = ErrNotModified
	}
	return fmt.Errorf("%s %s/%s: %w", doing, b.name, key, cause)
}
