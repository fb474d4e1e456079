package s3disk

import (
	"context"
	"net/http"
	"strings"

	"github.com/rclone/gofakes3"
)

// conditions are those of a request that writes or deletes.
type conditions struct {
	ifMatch, ifNoneMatch string
	deleting             bool
}

type conditionsKey struct{}

// requested reads the conditions of a request that changes one object.
func requested(r *http.Request) conditions {
	var c conditions
	switch r.Method {
	case http.MethodPut, http.MethodPost:
		c = conditions{ifMatch: r.Header.Get("If-Match"), ifNoneMatch: r.Header.Get("If-None-Match")}
	case http.MethodDelete:
		if c.ifMatch = r.Header.Get("If-Match"); c.ifMatch != "" {
			c.deleting = true
		}
	}
	return c
}

func conditionsOf(ctx context.Context) conditions {
	c, _ := ctx.Value(conditionsKey{}).(conditions)
	return c
}

// check holds the conditions against the object that is there, nil for none. A
// missing object fails If-Match with 404, but may be deleted.
func (c conditions) check(there *footer) error {
	if c.ifMatch != "" {
		if there == nil {
			if c.deleting {
				return nil
			}
			return gofakes3.ErrNoSuchKey
		}
		if !matches(c.ifMatch, there.MD5) {
			return gofakes3.ErrPreconditionFailed
		}
	}
	if c.ifNoneMatch != "" && there != nil && matches(c.ifNoneMatch, there.MD5) {
		return gofakes3.ErrPreconditionFailed
	}
	return nil
}

// matches tells whether a list of entity tags, or "*", names one.
func matches(list, etag string) bool {
	for tag := range strings.SplitSeq(list, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == "*" || strings.Trim(tag, `"`) == etag {
			return true
		}
	}
	return false
}
