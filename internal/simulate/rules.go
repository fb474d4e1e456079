package simulate

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/pennypost/pennypost/internal/simulate/memory"
)

const (
	cdnHost    = "cdn.invalid"
	catalogKey = "catalog.json.gz"
)

// invalidate is the call to the CDN.
func (w *World) invalidate(ctx context.Context, c *container) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+cdnHost+"/invalidation", nil)
	if err != nil {
		return err
	}
	resp, err := road{w.wire, c}.RoundTrip(r)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return errors.New("the CDN answers " + resp.Status)
	}
	return nil
}

// edge is what lies before the site bucket and keeps copies of it: how often the site
// changed, and how many of these changes it has been told of.
type edge struct {
	changes, told int
	last          string // what changed
}

// obey holds each request that reaches S3 against what no handler may ever do: write
// or delete without a condition, or touch the author's files.
func (w *World) obey(c *call) {
	h := c.req.Header
	switch c.req.Method {
	case http.MethodPut:
		if h.Get("If-Match") == "" && h.Get("If-None-Match") != "*" {
			w.fail("%s overwrites blind: %s", c.by, c.line)
		}
	case http.MethodDelete:
		if h.Get("If-Match") == "" {
			w.fail("%s deletes blind: %s", c.by, c.line)
		}
	default:
		return
	}
	w.bid(c, c.req.Method == http.MethodDelete)
	if strings.HasPrefix(c.req.URL.Path, "/content/posts/") {
		w.fail("%s touches the author's file: %s", c.by, c.line)
	}
}

// watch sees every change of every bucket as it happens.
func (w *World) watch(c memory.Change) {
	w.discreetChange(c)
	switch c.Bucket {
	case "site":
		same := c.Old != nil && c.New != nil && bytes.Equal(c.Old.Body, c.New.Body)
		if !same && !shown(c.Key) {
			w.edge.changes, w.edge.last = w.edge.changes+1, c.Key
		}
		// A run is overtaken once another has committed since it made its plan.
		overtaken := w.landing != nil && w.landing.plan < w.generation
		w.reader.changed(c, overtaken)
	case "state":
		if c.Key == catalogKey && c.New != nil && !w.restoring {
			w.forward(c.New.Body)
		}
		w.opened(c)
	case "content":
		w.begun(c)
		w.believe(c)
	}
}

var unpackers = sync.Pool{New: func() any { return new(gzip.Reader) }}

// forward: each commit of the catalog follows the one before.
func (w *World) forward(body []byte) {
	c, err := headOf(body)
	if err != nil {
		w.fail("a catalog was written that cannot be read: %v", err)
		return
	}
	if c.Generation != w.generation+1 {
		w.fail("the catalog went from generation %d to %d", w.generation, c.Generation)
	}
	w.generation = c.Generation
	w.swept = w.recovered(c)
	w.mandates.note(c.Generation, c.Pending)
	if w.landing != nil {
		w.landing.by.plan = c.Generation
	}
}

// catalogHead is what the rules need of a catalog.
type catalogHead struct {
	Generation int64                    `json:"generation"`
	Pending    map[string]pendingOutput `json:"pending"`
	Sweep      struct {
		Done time.Time `json:"done"`
	} `json:"sweep"`
}

func headOf(body []byte) (c catalogHead, err error) {
	z, _ := unpackers.Get().(*gzip.Reader)
	defer unpackers.Put(z)
	err = z.Reset(bytes.NewReader(body))
	if err == nil {
		err = json.NewDecoder(z).Decode(&c)
	}
	return c, err
}

// fail notes that an invariant was broken. The first ones are told.
func (w *World) fail(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	w.say("✗ %s", text)
	w.failures = append(w.failures, text)
}
