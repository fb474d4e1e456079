package simulate

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/publish"
	"github.com/pennypost/pennypost/internal/site"
	"github.com/pennypost/pennypost/internal/theme"
)

// judgeSite holds the site bucket, byte for byte, against a build from scratch: the
// content as it lies there, read anew, with nothing of the catalog but who each post is
// and was.
func (w *World) judgeSite() {
	o := w.s3.Get("state", catalog.Key)
	if o == nil {
		if len(w.s3.Keys("content", "posts/")) > 0 {
			w.fail("there is no catalog")
		}
		return
	}
	known, err := catalog.Decode(o.Body)
	if err != nil {
		w.fail("the catalog cannot be read: %v", err)
		return
	}
	want, err := w.build(known)
	if err != nil {
		w.fail("the content cannot be built: %v", err)
		return
	}
	for _, key := range slices.Sorted(maps.Keys(want)) {
		switch o := w.s3.Get("site", key); {
		case o == nil:
			w.fail("%s is missing on the site", key)
		case !bytes.Equal(o.Body, want[key]):
			w.fail("%s is not what a build of the content says:\n%s", key, differ(o.Body, want[key]))
		}
	}
	for _, key := range w.s3.Keys("site", "") {
		if _, ok := want[key]; !ok && !site.Kept(key) {
			w.fail("%s is on the site and belongs to nothing", key)
		}
	}
	if len(known.Unread) > 0 {
		w.fail("still to be read: %v", slices.Sorted(maps.Keys(known.Unread)))
	}
	if n := len(known.Pending); n > 0 {
		w.fail("still pending: %v", slices.Sorted(maps.Keys(known.Pending)))
	}
}

// judgeOwed: nothing is owed for ever, and no reader gets a copy of what was there before.
func (w *World) judgeOwed() {
	if w.edge.told < w.edge.changes {
		w.fail("%s changed, and the CDN was not told since: its readers get what was there before", w.edge.last)
	}
	o := w.s3.Get("state", catalog.Key)
	if o == nil {
		return
	}
	if known, err := catalog.Decode(o.Body); err == nil && (len(known.Owed.Receipts) > 0 || known.Owed.Invalidation != 0) {
		w.fail("still owed: %+v", known.Owed)
	}
}

// build makes every output of the content as it is.
func (w *World) build(known *catalog.Catalog) (map[string][]byte, error) {
	c := catalog.New(known.Secret)
	c.Settings, c.Sequence, c.Tombstones = known.Settings, known.Sequence, known.Tombstones
	s, err := publish.Settings(known, siteURL)
	if err != nil {
		return nil, err
	}
	for _, key := range w.s3.Keys("content", "posts/") {
		o := w.s3.Get("content", key)
		f := known.Files[key]
		if f == nil {
			return nil, fmt.Errorf("the catalog does not know %s", key)
		}
		if f.ETag != o.ETag {
			return nil, fmt.Errorf("the catalog knows another version of %s", key)
		}
		seen := catalog.Seen{Key: key, ETag: o.ETag, Size: int64(len(o.Body)), Uploaded: f.Uploaded}
		if sheet := w.desk.files[key]; sheet != nil && sheet.convicted {
			seen.Problem = f.Problem
		} else {
			publish.Read(&seen, o.Body, publish.Reading(s))
		}
		own := &catalog.File{ETag: o.ETag, Size: seen.Size, Uploaded: f.Uploaded, Picture: seen.Picture, Problem: seen.Problem}
		if seen.Picture != nil {
			own.Hash = seen.Hash
		}
		c.Files[key] = own
		old := known.Posts[f.Post]
		if f.CopyOf != "" {
			if twin := w.s3.Get("content", f.CopyOf); twin == nil || !bytes.Equal(twin.Body, o.Body) {
				return nil, fmt.Errorf("the catalog takes %s for a copy of %s, and it is none", key, f.CopyOf)
			}
			own.CopyOf, own.Copy = f.CopyOf, seen.Post
		}
		if old == nil {
			continue // a picture, settings, a copy, or never readable
		}
		own.Post = old.ID
		e := &catalog.Entry{ID: old.ID, Key: key, ETag: o.ETag, First: old.First, GoLive: old.GoLive, Seq: old.Seq, Late: old.Late, Former: old.Former}
		if seen.Post != nil {
			e.Meta = *seen.Post
		} else {
			e.ETag, e.Meta = old.ETag, old.Meta // the last good version stays
		}
		e.Live = old.Live
		if at := site.Key(old.Path); seen.Post == nil && old.Live && w.s3.Get("site", at) != nil {
			c.Outputs[at] = known.Outputs[at] // of what cannot be read only the page is left, and whose it is
		}
		c.Posts[old.ID] = e
	}
	for key := range known.Files {
		if w.s3.Get("content", key) == nil {
			return nil, fmt.Errorf("the catalog knows %s, which is gone", key)
		}
	}
	if len(known.Posts) != len(c.Posts) {
		return nil, fmt.Errorf("the catalog knows %d posts, the content has %d", len(known.Posts), len(c.Posts))
	}
	c.Settle(known.Changed, publish.Rules(s)) // whose time came since then, the next tick sees to
	look, err := theme.New(s)
	if err != nil {
		return nil, err
	}
	plan := site.New(c, s, look)
	made := map[string][]byte{}
	for key, out := range plan.Outputs() {
		if e := c.ByKey(sourceOf(out)); out.Stage == site.Article && e != nil && !c.Current(e) {
			if o := w.s3.Get("site", key); o != nil {
				made[key] = o.Body // the page of the last good version stays as it is
			}
			continue
		}
		object, err := plan.Render(key, func(source string) ([]byte, error) {
			o := w.s3.Get("content", source)
			if o == nil {
				return nil, fmt.Errorf("%s is not there", source)
			}
			return o.Body, nil
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		made[key] = object.Body
	}
	return made, nil
}

func sourceOf(o site.Output) string {
	if len(o.Sources) == 0 {
		return ""
	}
	return o.Sources[0]
}

// differ shows the first place where two texts differ.
func differ(got, want []byte) string {
	at := 0
	for at < min(len(got), len(want)) && got[at] == want[at] {
		at++
	}
	show := func(b []byte) string { return fmt.Sprintf("%q", b[max(0, at-60):min(len(b), at+60)]) }
	return fmt.Sprintf("    is   %s\n    want %s", show(got), show(want))
}
