package simulate

import (
	"context"
	"strings"
	"time"
)

// restore puts the state bucket back to what it was at some earlier moment. Every other
// time the operator has it repaired at once.
func (w *World) restore() {
	if span := time.Since(w.began); span > 0 {
		w.restoreTo(w.began.Add(time.Duration(w.chance.Int64N(int64(span)))))
		if w.chance.IntN(2) == 0 {
			w.repair()
		}
	}
}

// restoreTo puts the state bucket back to what it was at a moment, but for what must never
// be restored. Nothing is under way just then. What was mailed must not be mailed again, and
// who left stays away; who came or changed something since that moment is not known any more.
func (w *World) restoreTo(to time.Time) {
	w.say("the state bucket is restored as it was at %s", to.UTC().Format("Mon 15:04:05.000"))
	w.tally.Restores++
	time.Sleep(time.Second) // it takes its time: nothing that follows is of the very moment of what it undoes
	w.restored, w.swept = time.Now(), false
	w.restoring = true
	w.s3.Restore("state", to, func(key string) bool {
		return key == "keys.json" || strings.HasPrefix(key, "left/")
	})
	w.restoring = false
	w.generation = 0
	if o := w.s3.Get("state", catalogKey); o != nil {
		head, err := headOf(o.Body)
		or(err)
		w.generation = head.Generation
	}
	for _, p := range w.people {
		p.forget(to)
	}
}

// repair is what `pennypost repair --restored` does.
func (w *World) repair() {
	w.invoke("repair --restored", func(ctx context.Context, in *invocation) error {
		letters := in.c.letters
		for _, step := range []func(context.Context) error{letters.HoldBegun, letters.Repair, in.c.publisher.Repair, letters.Repair} {
			if err := step(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

// forget is what a state of an earlier moment no longer knows of somebody, as far as
// they were told of it: it may have been written just before they were.
func (p *person) forget(to time.Time) {
	p.erased = time.Time{}
	p.forgetDeeds(to)
	if p.paused.After(to) {
		p.paused = time.Time{}
	}
	if p.complained.After(to) {
		// What is never restored knows that they left, not why. So they stay away until they
		// ask for the newsletter again and confirm it themselves.
		p.complained = time.Time{}
	}
	for n := len(p.moves); n > 0 && p.moves[n-1].After(to); n = len(p.moves) {
		p.next, p.pressed = p.address, p.moves[n-1]
		p.address, p.former, p.moves = p.former[n-1], p.former[:n-1], p.moves[:n-1]
	}
	if p.pressed.After(to) {
		// Their old address was given up, or may have been, which is not forgotten, and of the
		// new one nothing is known: what they still get is not certain.
		p.begin(presence, gone)
	}
}

// recovered tells whether what readers may see after a restore is over: a whole sweep has
// held the catalog against both buckets, and what it found is done.
func (w *World) recovered(head catalogHead) bool {
	return w.restored.IsZero() || w.swept || head.Sweep.Done.After(w.restored) && len(head.Pending) == 0
}
