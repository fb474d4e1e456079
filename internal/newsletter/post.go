package newsletter

import (
	"context"
	"time"

	"github.com/pennypost/pennypost/internal/mail"
)

// post sends one range, if that is still in time.
func (n *Newsletter) post(ctx context.Context, i *Issue, l *list, c claim, people map[string]*addressee) result {
	r := result{claim: c}
	in, ok := partAt(l.parts(), c.From)
	if !ok {
		return r
	}
	var to []Recipient
	for at := c.From; at < c.To; at++ {
		if a := people[l.place(at)]; a != nil {
			to = append(to, Recipient{Address: a.email, Vars: map[string]string{mail.TokenName: a.token}})
		}
	}
	r.sent, r.left = len(to), c.len()-len(to)
	if len(to) == 0 {
		r.outcome = Accepted{}
		return r
	}
	m := &letter{}
	if r.err = n.read(ctx, messageKey(i.ID, i.Freeze, in.Group), m); r.err != nil {
		return r
	}
	if n.ending(ctx) || n.Now().Sub(c.At) >= claimFor {
		return r
	}
	ctx, cancel := inTime(ctx)
	defer cancel()
	way, message := i.route(c), m.Message
	if way.From != "" {
		message.From = way.From
	}
	r.outcome = n.Sender.Send(ctx, Request{
		Domain: way.Domain, Region: way.Region, Message: message, MessageID: messageID(i, c), To: to,
	})
	if r.outcome == nil {
		r.outcome = Uncertain{Reason: "the sender did not say"}
	}
	return r
}

// inTime bounds a request so that its outcome can still be written down.
func inTime(ctx context.Context) (context.Context, context.CancelFunc) {
	most := postFor
	if end, ok := ctx.Deadline(); ok {
		most = min(most, time.Until(end)*4/5)
	}
	return context.WithTimeout(ctx, most)
}
