package newsletter

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pennypost/pennypost/internal/post"
)

// describe names an issue and says what becomes of it.
func (n *Newsletter) describe(ctx context.Context, w *world, i *Issue) (title string, lines []string, err error) {
	if i.Kind != Instant {
		title = "The " + string(i.Kind) + " digest of " + moment(i.Due, w.settings.Location)
		st, err := n.standingOf(ctx, w, i)
		lines = digestLines(i, w, st, n.Now())
		if names := w.contents(i); len(names) > 0 {
			lines = append(lines, "In it: "+strings.Join(names, " · "))
		}
		return title, lines, err
	}
	e := w.catalog.Posts[i.Post]
	if e == nil {
		st, err := n.standingOf(ctx, w, i)
		return "The post of " + i.Key + ", which is gone", goneLines(i, w, st, n.Now()), err
	}
	lines, err = n.expect(ctx, w, e, i)
	return e.Title, lines, err
}

// contents names the posts of a digest, or those that may come into one that was not
// frozen, the newest first.
func (w *world) contents(i *Issue) []string {
	posts := i.Posts
	if !i.begun() {
		for id, e := range w.catalog.Posts {
			if mailable(e) == "" && e.Mailing != post.MailNow && (e.Seq > i.After && e.Seq <= i.To || slices.Contains(i.Carry, id)) {
				posts = append(posts, id)
			}
		}
	}
	var ids, names []string
	for _, id := range posts {
		ids = append(ids, InstantID(id))
	}
	for _, id := range w.newestFirst(ids) {
		if len(names) == namedIn {
			return append(names, fmt.Sprintf("%d more", len(ids)-namedIn))
		}
		names = append(names, w.nameOf(id))
	}
	return names
}

// namedIn is how many posts of a digest are named.
const namedIn = 10

// goneLines say what becomes of the mail of a post that was taken away: once it was begun,
// everybody on its list is mailed.
func goneLines(i *Issue, w *world, st *standing, now time.Time) []string {
	if i.begun() && i.Recipients > 0 {
		return digestLines(i, w, st, now)
	}
	return []string{"nobody is mailed: " + cmp.Or(i.Reason, "the post is not there")}
}

// digestLines say what becomes of a digest.
func digestLines(i *Issue, w *world, st *standing, now time.Time) []string {
	switch i.State {
	case Held:
		if i.begun() {
			return []string{count(i.Recipients, "subscriber") + ": " + st.stopped(i)}
		}
		return []string{"held until you release it, because " + i.Reason}
	case Cancelled:
		return []string{"cancelled"}
	case Closed:
		if i.Recipients == 0 {
			return []string{"nobody was owed anything"}
		}
		return []string{sentLine(i.Counts, i.Failures)}
	case Sending:
		return []string{"being mailed to " + count(i.Recipients, "subscriber") + st.words(i.Recipients, now, w.settings.Location)}
	}
	if i.Reason != "" {
		return []string{"goes out as soon as it can be sent: " + i.Reason}
	}
	return []string{"goes out on " + moment(i.Due, w.settings.Location)}
}
