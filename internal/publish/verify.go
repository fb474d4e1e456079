package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/receipt"
	"github.com/pennypost/pennypost/internal/site"
	"github.com/pennypost/pennypost/internal/store"
)

// finding is one difference that Verify met.
type finding struct {
	what string
	// remake is the site key that would have to be written again, if that would help;
	// receipt the content key whose receipt is missing or wrong.
	remake, receipt string
}

// Verify compares the author's files, the catalog and the site with each other, and
// says what differs, a line each in plain words. Each page and listing is made anew
// and compared byte for byte; of pictures, whose names stand for what is in them, it
// is compared that they are there as they were written. What a run has under way at
// this moment is told as still to be done. Nothing is changed.
//
// [catalog.ErrNewer] is reported where a newer program is at work.
func (p *Publisher) Verify(ctx context.Context) ([]string, error) {
	found, err := p.verify(ctx)
	if err != nil {
		return nil, err
	}
	lines := make([]string, len(found))
	for i, f := range found {
		lines[i] = f.what
	}
	slices.Sort(lines)
	return lines, nil
}

// verify compares again, a few times, if something was published meanwhile: that may
// explain what was found.
func (p *Publisher) verify(ctx context.Context) (found []finding, err error) {
	for range 3 {
		var at string
		if found, at, err = p.compare(ctx); err != nil || len(found) == 0 || at == "" {
			break
		}
		if now, err := p.State.Head(ctx, catalog.Key); err != nil || now.ETag == at {
			break
		}
	}
	return found, err
}

// compare is one comparison, with the catalog of the ETag at if there is one.
func (p *Publisher) compare(ctx context.Context) (found []finding, at string, err error) {
	o, body, err := p.State.Get(ctx, catalog.Key, store.Cond{Limit: catalog.MaxBytes})
	if errors.Is(err, store.ErrNotFound) {
		lost, err := p.wasThere(ctx)
		if err != nil {
			return nil, "", err
		}
		if !lost { // nothing was ever published; what was uploaded was lost on its way
			v := &verifier{Publisher: p, c: catalog.New("")}
			err := v.content(ctx)
			return v.found, "", err
		}
		return []finding{{what: "the catalog (" + catalog.Key + " in the state bucket) is gone" + anew}}, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	c, err := catalog.Decode(body)
	if errors.Is(err, catalog.ErrNewer) {
		return nil, "", err
	}
	if err != nil {
		return []finding{{what: err.Error() + anew}}, "", nil
	}
	v := &verifier{Publisher: p, c: c}
	if err := v.content(ctx); err != nil {
		return nil, "", err
	}
	if err := v.site(ctx); err != nil {
		return nil, "", err
	}
	v.owed()
	return v.found, o.ETag, ctx.Err()
}

const anew = "; it can be made anew from the content and the site"

// verifier compares everything with one version of the catalog.
type verifier struct {
	*Publisher
	c *catalog.Catalog

	mu    sync.Mutex
	found []finding
}

func (v *verifier) tell(f finding) {
	v.mu.Lock()
	v.found = append(v.found, f)
	v.mu.Unlock()
}

// content compares the author's files with the catalog, and looks for their receipts.
func (v *verifier) content(ctx context.Context) error {
	there, err := listAll(ctx, v.Content, catalog.Root)
	if err != nil {
		return err
	}
	receipts, err := v.receipts(ctx)
	if err != nil {
		return err
	}
	for key, etag := range there {
		if !Ours(key) {
			continue
		}
		f := v.c.Files[key]
		switch {
		case f == nil:
			v.tell(finding{what: key + " was uploaded and never looked at"})
			continue
		case f.ETag != etag:
			v.tell(finding{what: key + " was replaced since it was looked at"})
		}
		if _, owed := v.c.Owed.Receipts[key]; !owed && receipts[receipt.Key(key)] == "" {
			v.tell(finding{what: key + " has no receipt", receipt: key})
		}
	}
	for key := range v.c.Files {
		if there[key] == "" {
			v.tell(finding{what: key + " is gone, and the catalog still knows it"})
		}
	}
	return v.leftOver(ctx, there, receipts)
}

// receipts lists the receipts there are: ETags by key.
func (p *Publisher) receipts(ctx context.Context) (map[string]string, error) {
	return listAll(ctx, p.Content, "receipts/"+catalog.Root)
}

// site compares what the site should consist of with what it does.
func (v *verifier) site(ctx context.Context) error {
	look, err := v.look(v.c)
	if err != nil {
		return err
	}
	plan := site.New(v.c, look.settings, look.theme)
	there, err := listAll(ctx, v.Site, "")
	if err != nil {
		return err
	}
	fixed := unreadable(v.c, plan)
	bodies := newBodies(v.Content, v.c)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(writers)
	outputs := plan.Outputs()
	for _, key := range slices.Sorted(maps.Keys(outputs)) {
		o := outputs[key]
		made, written := v.c.Outputs[key]
		_, waits := v.c.Pending[key]
		switch {
		case waits:
			continue // told of below
		case fixed(key):
			// A broken upload keeps it from being made; the last good page stays.
		case !written || made.Digest != o.Digest:
			v.tell(finding{what: key + " should be written anew and nobody knows it", remake: key})
			continue
		}
		switch {
		case there[key] == "" && written:
			v.tell(finding{what: key + " is missing on the site", remake: key})
		case there[key] != made.ETag:
			v.tell(finding{what: key + " on the site is not what was written there", remake: key})
		case o.Stage != site.Media && !fixed(key):
			g.Go(func() error { return v.bytes(ctx, plan, bodies, key) })
		}
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for key := range there {
		_, planned := plan.Outputs()[key]
		_, waits := v.c.Pending[key]
		if !planned && !waits && !site.Kept(key) {
			v.tell(finding{what: key + " does not belong on the site", remake: key})
		}
	}
	return nil
}

// bytes makes one output and compares it with what is stored.
func (v *verifier) bytes(ctx context.Context, plan *site.Plan, bodies *bodies, key string) error {
	want, err := plan.Render(key, func(source string) ([]byte, error) { return bodies.get(ctx, source) })
	var stale staleError
	if errors.As(err, &stale) {
		return nil // told of already: its source was replaced
	}
	if err != nil {
		v.tell(finding{what: fmt.Sprintf("%s cannot be made: %v", key, err)})
		return nil
	}
	got, body, err := v.Site.Get(ctx, key, store.Cond{})
	if errors.Is(err, store.ErrNotFound) {
		v.tell(finding{what: key + " is missing on the site", remake: key})
		return nil
	}
	if err != nil {
		return err
	}
	switch {
	case !bytes.Equal(body, want.Body):
		v.tell(finding{what: key + " on the site is not what its sources make", remake: key})
	case got.ContentType != want.ContentType || got.CacheControl != want.CacheControl || !maps.Equal(got.Metadata, want.Metadata):
		v.tell(finding{what: key + " on the site is stored with other headers than it should be", remake: key})
	}
	return nil
}

// owed tells what is not finished.
func (v *verifier) owed() {
	for key, waiting := range v.c.Pending {
		what := key + " is still to be written"
		if waiting.Digest == "" {
			what = key + " is still to be deleted"
		}
		if waiting.Fails > 0 {
			what += fmt.Sprintf(" and failed %d times", waiting.Fails)
		}
		v.tell(finding{what: what})
	}
	for key := range v.c.Unread {
		v.tell(finding{what: key + " is still to be read"})
	}
	for key := range v.c.Owed.Receipts {
		v.tell(finding{what: "the receipt of " + key + " is still to be written"})
	}
	for id := range v.c.Owed.Announce {
		if ready(v.c, id) {
			v.tell(finding{what: v.c.Posts[id].Key + " is published, and its mail is still to be announced"})
		}
	}
	if v.c.Owed.Invalidation != 0 && clearable(v.c, v.Now()) { // else it waits for its minute
		v.tell(finding{what: "the CDN is still to be told that pages changed"})
	}
}

// listAll lists a bucket from a prefix on: ETags by key.
func listAll(ctx context.Context, b *store.Bucket, prefix string) (map[string]string, error) {
	all := map[string]string{}
	for there := (listing{more: true}); there.more; {
		var err error
		if there, err = list(ctx, b, prefix, there.last, chunk); err != nil {
			return nil, err
		}
		maps.Copy(all, there.etags)
	}
	return all, nil
}
