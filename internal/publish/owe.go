package publish

import (
	"maps"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
)

// owe notes what follows from the step from old to next besides outputs: the
// announcement of each post that went live for the first time, a receipt for each
// key that was looked at or found to be gone, each post whose state changed, and each
// file of which something else is true now because of another (bearings.go).
func owe(old, next *catalog.Catalog, work map[string]bool) bool {
	owed := false
	receipt := func(key string) {
		next.Owed.Receipts[key] = next.Generation
		owed = true
	}
	for key := range work {
		if _, unread := next.Unread[key]; !unread {
			receipt(key)
		}
	}
	for id, e := range next.Posts {
		was := old.Posts[id]
		if was == e {
			continue
		}
		debut := e.Seq > 0 && e.Kind == post.Article && (was == nil || was.Seq == 0) && old.Tombstones[id].Seq == 0
		if f := next.Files[e.Key]; debut && (f == nil || f.Uploaded.After(next.Rebuilt)) {
			next.Owed.Announce[id] = next.Generation
		}
		if was == nil || was.Path != e.Path || was.Live != e.Live || was.Rival != e.Rival || was.Key != e.Key {
			receipt(e.Key)
		}
		if before := old.Tombstones[id].Key; was == nil && before != "" && before != e.Key {
			receipt(before) // it can say now where the post went on
		} else if was != nil && was.Key != e.Key {
			receipt(was.Key)
		}
	}
	for key := range old.Files {
		if next.Files[key] == nil {
			receipt(key) // perhaps found only because another post asked for its path
		}
	}
	for key, f := range next.Files {
		if was := old.Files[key]; was != f && (was == nil || was.ETag != f.ETag || was.CopyOf != f.CopyOf) {
			receipt(key) // it may have been looked at only because another post asked for its path
		}
	}
	turned(old, next, receipt)
	if !maps.Equal(old.Owed.Announce, next.Owed.Announce) {
		owed = true
	}
	return owed
}
