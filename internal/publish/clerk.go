package publish

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/receipt"
	"github.com/pennypost/pennypost/internal/settings"
	"github.com/pennypost/pennypost/internal/site"
)

// clerk writes receipts: what one version of the catalog says of a file, in plain
// words.
type clerk struct {
	*run
	c    *catalog.Catalog
	look *settled
	plan *site.Plan

	bodies *bodies
	desk   *desk
}

// write writes the receipt of a content key.
func (k *clerk) write(ctx context.Context, key string) error {
	rc, err := k.compose(ctx, key)
	if err != nil {
		return fmt.Errorf("the receipt of %s: %w", key, err)
	}
	// Who is mailed is asked after the receipt that is there was read: the newsletter, which
	// writes it too, may have moved the issue since, and nothing older is written over that.
	text := func() ([]byte, error) {
		if rc.Mail != nil {
			rc.Mail, err = k.Announcer.Expect(ctx, k.c, k.c.ByKey(key))
		}
		return rc.Text(), err
	}
	for created := true; created && err == nil; {
		// Once more where there was none: whoever moved the issue meanwhile found nothing to
		// write to. That a file is gone is written there too: a run that was overtaken may be
		// about to say that it is there.
		created, err = k.replaceReceipt(ctx, k.c, receipt.Key(key), text)
	}
	return err
}

func (k *clerk) compose(ctx context.Context, key string) (receipt.Receipt, error) {
	rc := receipt.Receipt{Key: key, At: k.Now().In(k.look.settings.Location)}
	f := k.c.Files[key]
	if f == nil {
		rc.State = receipt.Removed
		if e := k.c.Heir(key); e != nil {
			rc.Detail = "from here: the post goes on as " + e.Key
		}
		return rc, nil
	}
	e := k.c.ByKey(key)
	switch {
	case f.Problem != "":
		k.rejected(&rc, f, e)
	case key == settings.Key:
		rc.State = receipt.Published
		rc.Detail = "as the settings of your site"
		_, warnings, err := settings.Parse([]byte(k.c.Settings))
		if err != nil {
			return rc, err
		}
		for _, w := range warnings {
			rc.Warnings = append(rc.Warnings, receipt.Note{Line: w.Line, Text: w.Text})
		}
	case f.CopyOf != "":
		rc.State = receipt.Held
		rc.Title = f.Copy.Title
		rc.Detail = fmt.Sprintf("because it is word for word the same as %s. Change one of them and this becomes a post of its own; delete %s and this takes its place, which is how to rename a post",
			f.CopyOf, path.Base(f.CopyOf))
	case f.Picture != nil:
		k.picture(&rc, key)
	case e != nil:
		return rc, k.post(ctx, &rc, e)
	}
	return rc, nil
}

func (k *clerk) rejected(rc *receipt.Receipt, f *catalog.File, e *catalog.Entry) {
	rc.State = receipt.Rejected
	rc.Warnings = []receipt.Note{{Text: f.Problem}}
	switch {
	case e != nil && e.Live:
		rc.Title, rc.URL = e.Title, k.url(e.Path)
		rc.Detail = "because it cannot be read as it is now; the last good version stays on the site"
	case rc.Key == settings.Key:
		rc.Detail = "because it cannot be read as it is now; the last good settings stay in force"
	}
}

func (k *clerk) picture(rc *receipt.Receipt, key string) {
	var users []string
	for _, e := range k.c.Posts {
		if shows(k.c, e, key) {
			users = append(users, e.Key)
		}
	}
	slices.Sort(users)
	switch {
	case len(users) == 0:
		rc.State = receipt.Held
		rc.Detail = "until a post shows this picture: write ![what it shows](" + path.Base(key) + ") in one"
	case len(users) == 1:
		rc.State = receipt.Published
		rc.Detail = "as a picture in " + users[0]
	default:
		rc.State = receipt.Published
		rc.Detail = fmt.Sprintf("as a picture in %s and %d more", users[0], len(users)-1)
	}
}

// shows tells whether a post shows the picture at a content key.
func shows(c *catalog.Catalog, e *catalog.Entry, key string) bool {
	return slices.ContainsFunc(e.Pictures(), func(ref string) bool { return c.ImageKey(e.Key, ref) == key })
}

func (k *clerk) post(ctx context.Context, rc *receipt.Receipt, e *catalog.Entry) error {
	rc.Title = e.Title
	warnings, err := k.warnings(ctx, e)
	if err != nil {
		return err
	}
	for _, w := range append(slices.Clone(e.Warnings), warnings...) {
		rc.Warnings = append(rc.Warnings, receipt.Note{Line: w.Line, Text: w.Text})
	}
	if preview := k.c.PreviewPath(e); preview != "" && k.plan.Outputs()[site.Key(preview)].Digest != "" {
		rc.Preview = k.url(preview)
	}
	zone := k.look.settings.Location
	switch {
	case e.Live:
		rc.State, rc.URL = receipt.Published, k.url(e.Path)
		if p, waits := k.c.Pending[site.Key(e.Path)]; waits && p.Fails > 0 {
			rc.Detail = "but its page could not be made yet; pennypost goes on trying"
		}
		rc.Changed = k.report.changes(e.Path)
	case e.Draft:
		rc.State = receipt.Draft
	case e.Rival != "":
		rc.State = receipt.Held
		holder := k.c.Posts[e.Rival]
		want := site.EntryPath(k.look.settings, e)
		rc.Detail = fmt.Sprintf("because %s belongs to %s, which is older. Write another `slug:` at the top of this file; or wait: it takes the address by itself when the other goes", want, holder.Key)
	case e.Path == "":
		rc.State = receipt.Rejected
		rc.Warnings = append(rc.Warnings, receipt.Note{Text: refuse(site.EntryPath(k.look.settings, e))})
	default:
		rc.State, rc.URL = receipt.Scheduled, k.url(e.Path)
		rc.Detail = "for " + e.GoLive.In(zone).Format("Monday 2 January 2006, 15:04 MST")
	}
	if e.Kind != post.Article || e.Path == "" {
		return nil
	}
	lines, err := k.Announcer.Expect(ctx, k.c, e)
	rc.Mail = lines
	if _, debut := k.c.Owed.Announce[e.ID]; debut { // the others were mailed before, or never will be
		k.report.expect(e.Path, lines)
	}
	return err
}

// warnings are the plan's about a post. What it links to is read as the catalog knows
// it; of a file that was replaced since, whose own run is to come, nothing is said.
func (k *clerk) warnings(ctx context.Context, e *catalog.Entry) ([]post.Warning, error) {
	var largest int64
	for _, key := range k.plan.Reads(e) {
		if f := k.c.Files[key]; f != nil { // gone since the plan was made: its own run is to come
			largest = max(largest, f.Size)
		}
	}
	if largest > 0 {
		leave, err := k.desk.takeText(ctx, largest)
		if err != nil {
			return nil, err
		}
		defer leave()
	}
	warnings, err := k.plan.Warnings(e, func(key string) ([]byte, error) { return k.bodies.get(ctx, key) })
	var stale staleError
	if errors.As(err, &stale) {
		err = nil
	}
	return warnings, err
}

func (k *clerk) url(path string) string { return k.look.settings.URL + path }
