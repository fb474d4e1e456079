package signup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pennypost/pennypost/internal/store"
)

// rateKey is where the mails are counted that anybody can make us send.
const rateKey = "signups/mailed.json"

const rateVersion = 1

// rate is that object. The limit on it keeps a robot that fills in ten thousand strangers'
// addresses, which the cooldown of each cannot, from mailing them all.
type rate struct {
	Version int    `json:"version"`
	Nonce   string `json:"nonce"` // of this writing
	// Minutes counts the mails of the last hour by Unix minute.
	Minutes map[int64]int `json:"minutes"`
	// Told is the last day (UTC) of which whoever tells the author knows that the limit was
	// reached, so that a flood asks them once.
	Told string `json:"told,omitempty"`
}

func minuteOf(t time.Time) int64 { return t.Unix() / 60 }

// recent is the number of mails in the last hour. The minute that has not wholly passed
// out of it still counts. Older ones are forgotten.
func (r *rate) recent(now time.Time) (mails int) {
	for m, n := range r.Minutes {
		if m < minuteOf(now)-60 {
			delete(r.Minutes, m)
			continue
		}
		mails += n
	}
	return mails
}

func decodeRate(body []byte) (*rate, error) {
	r := &rate{Version: rateVersion}
	if body != nil {
		if err := json.Unmarshal(body, r); err != nil {
			return nil, fmt.Errorf("%s is damaged: delete it", rateKey)
		}
	}
	if r.Version != rateVersion {
		return nil, fmt.Errorf("%s has format version %d: update pennypost", rateKey, r.Version)
	}
	if r.Minutes == nil {
		r.Minutes = map[int64]int{}
	}
	return r, nil
}

// changeRate swaps the count; alter tells whether anything changed.
func (h *Handler) changeRate(ctx context.Context, alter func(*rate) bool) error {
	err := store.Update(ctx, h.State, rateKey, func(old []byte) ([]byte, error) {
		r, err := decodeRate(old)
		if err != nil {
			return nil, err
		}
		if !alter(r) {
			return nil, store.ErrUnchanged
		}
		if r.Nonce, err = h.draw(12); err != nil {
			return nil, err
		}
		return json.Marshal(r)
	})
	if err != nil && !errors.Is(err, store.ErrUnchanged) {
		return fmt.Errorf("count the mails to people who ask: %w", err)
	}
	return nil
}

// reserve counts a mail before it is sent; false if the hour has had as many as the
// settings allow. Then the author hears of it, once a day.
func (a *answer) reserve(ctx context.Context) (bool, error) {
	now, most := a.Now(), a.look.settings.Newsletter.MaxSignupsPerHour
	free, told := false, ""
	err := a.changeRate(ctx, func(r *rate) bool {
		if free, told = r.recent(now) < most, r.Told; free {
			r.Minutes[minuteOf(now)]++
		}
		return free
	})
	if err == nil && !free && told != dayOf(now) {
		a.tellCrowded(ctx, now, told)
	}
	return free, err
}

func dayOf(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// tellCrowded lets the author hear that the limit was reached. The day is marked after that:
// who dies in between leaves it to the next one, whose telling changes nothing.
func (a *answer) tellCrowded(ctx context.Context, now time.Time, told string) {
	err := a.Crowded(ctx, now)
	if err == nil {
		var mine bool
		if mine, err = a.markTold(ctx, told, dayOf(now)); mine && err == nil {
			a.Say("more people asked to subscribe than newsletter.max_signups_per_hour allows · the others are mailed when they ask again")
		}
	}
	if err != nil {
		a.Log.WarnContext(ctx, "could not tell the author that many people ask to subscribe", "error", scrub(err.Error()))
	}
}

// markTold sets the day on which the author last heard; mine tells whether this did it.
func (h *Handler) markTold(ctx context.Context, from, to string) (mine bool, err error) {
	err = h.changeRate(ctx, func(r *rate) bool {
		if mine = r.Told == from; mine {
			r.Told = to
		}
		return mine
	})
	return mine, err
}
