package newsletter

import "context"

// allHeld stands in a link in the place of an issue's id: the page that lists whatever
// is held. A sync of hundreds of posts holds them all, and no mail has room for a link
// to each.
const allHeld = "held"

// HeldIssue is an issue that is held, and the path and query of the page on which the
// author can act on it.
type HeldIssue struct{ Title, Link string }

// HeldLink is the path and query of the page that lists all held issues. The token in
// it holds for 35 days.
func (n *Newsletter) HeldLink(ctx context.Context) (string, error) {
	return n.AuthorLink(ctx, allHeld)
}

// heldPage lists what is held at this moment: digests, then posts from the newest to
// the oldest.
func (n *Newsletter) heldPage(ctx context.Context) (AuthorView, error) {
	w, err := n.look(ctx)
	if err != nil {
		return AuthorView{}, err
	}
	box, err := n.loadOutbox(ctx)
	if err != nil {
		return AuthorView{}, err
	}
	link, err := n.authorLinks(ctx)
	if err != nil {
		return AuthorView{}, err
	}
	var ids []string
	for id, seen := range box.Issues {
		if seen.State == Held {
			ids = append(ids, id)
		}
	}
	v := AuthorView{Detail: Detail{Title: "Held for you", Lines: []string{"Open one to release it, which mails it, or to cancel it. What you leave alone is mailed to nobody, and forgotten after 30 days."}}}
	if len(ids) == 0 {
		v.Lines = []string{"Nothing is held any more."}
	}
	for _, id := range w.newestFirst(ids) {
		v.Held = append(v.Held, HeldIssue{Title: w.nameOf(id), Link: link(id)})
	}
	return v, nil
}
