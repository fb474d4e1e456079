package simulate

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"maps"
	"slices"
)

// judgeEvents: where no event was lost, the catalog knows the content as it is as soon
// as the last one was handled, before any clock ticks, or knows what it had no time to
// look at. The sweep is for what events do not tell; it must not be what makes them work.
func (w *World) judgeEvents() {
	if w.tally.Dropped+w.tally.DeadLetters+w.tally.Restores > 0 || len(w.queue) > 0 || len(w.failures) > 0 {
		return
	}
	o := w.s3.Get("state", catalogKey)
	if o == nil {
		if len(w.desk.files) > 0 {
			w.fail("every event was handled, and there is no catalog")
		}
		return
	}
	var known struct {
		Files map[string]struct {
			ETag string `json:"etag"`
		} `json:"files"`
		Unread map[string]struct{} `json:"unread"` // the next tick goes on with these
	}
	z, err := gzip.NewReader(bytes.NewReader(o.Body))
	if err == nil {
		err = json.NewDecoder(z).Decode(&known)
	}
	if err != nil {
		w.fail("the catalog cannot be read: %v", err)
		return
	}
	for _, key := range w.s3.Keys("content", "posts/") {
		if _, later := known.Unread[key]; later {
			continue
		}
		if known.Files[key].ETag != w.s3.Get("content", key).ETag {
			w.fail("every event was handled, and the catalog does not know %s as it is", key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(known.Files)) {
		if _, later := known.Unread[key]; !later && w.s3.Get("content", key) == nil {
			w.fail("every event was handled, and the catalog does not know that %s is gone", key)
		}
	}
}
