package inbox

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// statusEnhanceYourCalm is Mailgun's undocumented answer to too much at once.
const statusEnhanceYourCalm = 420

// step is one way to answer.
type step struct {
	// Do is a status that refuses ("400" to "429"); "500", which accepts first and
	// answers an error all the same; "503", which does not accept; "cut", which
	// accepts and breaks the connection within the answer; "drop", which breaks it
	// without accepting; "garbage", which accepts and answers 200 without JSON; "ok".
	Do    string `json:"do"`
	Times int    `json:"times,omitempty"` // 0: once
	Text  string `json:"text,omitempty"`  // Mailgun's words; empty: fitting ones
	Delay string `json:"delay,omitempty"` // before the answer, after accepting

	reset time.Time // when a limit ends
	delay time.Duration
}

func (st step) valid() error {
	if _, err := time.ParseDuration(st.Delay); st.Delay != "" && err != nil {
		return fmt.Errorf("delay: %w", err)
	}
	if slices.Contains([]string{"ok", "500", "503", "cut", "drop", "garbage"}, st.Do) {
		return nil
	}
	if status, err := strconv.Atoi(st.Do); err == nil && status >= 400 && status < 500 {
		return nil
	}
	return fmt.Errorf("do: %q is not one of ok, 400 to 499, 500, 503, cut, drop, garbage", st.Do)
}

// step takes the next answer from the program.
func (c *control) step(now time.Time) step {
	c.mu.Lock()
	defer c.mu.Unlock()
	st := step{Do: "ok"}
	if len(c.next) > 0 {
		st = c.next[0]
		if st.Times > 1 {
			c.next[0].Times--
		} else {
			c.next = c.next[1:]
		}
	} else if len(c.chances) > 0 {
		st.Do = c.draw()
	}
	st.reset, st.delay = now.Add(time.Minute), c.delay
	if own, err := time.ParseDuration(st.Delay); err == nil {
		st.delay += own
	}
	return st
}

// draw picks a step by its chance. The caller holds the lock.
func (c *control) draw() string {
	names := make([]string, 0, len(c.chances))
	for name := range c.chances {
		names = append(names, name)
	}
	slices.Sort(names) // so that the seed decides alone
	x := c.random.Float64()
	for _, name := range names {
		if x -= c.chances[name]; x < 0 {
			return name
		}
	}
	return "ok"
}

// accepts tells whether the message is taken.
func (st step) accepts() bool {
	return slices.Contains([]string{"ok", "500", "cut", "garbage"}, st.Do)
}

// lies tells whether it is taken without the sender learning so.
func (st step) lies() bool { return st.accepts() && st.Do != "ok" }

// answer writes the answer, or does not.
func (st step) answer(w http.ResponseWriter, r *http.Request, messageID string) {
	if st.delay > 0 {
		select {
		case <-time.After(st.delay):
		case <-r.Context().Done():
		}
	}
	queued := map[string]string{"id": "<" + messageID + ">", "message": "Queued. Thank you."}
	switch st.Do {
	case "ok":
		writeJSON(w, http.StatusOK, queued)
	case "cut":
		w.Header().Set("Content-Length", "200")
		_, _ = io.WriteString(w, `{"id":"<`)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler) // breaks the connection
	case "drop":
		panic(http.ErrAbortHandler)
	case "garbage":
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<html><body>Service temporarily unavailable")
	default:
		status, _ := strconv.Atoi(st.Do)
		say(w, status, st.words(status))
	}
}

// words are what Mailgun says with a status.
func (st step) words(status int) string {
	switch {
	case st.Text != "":
		return st.Text
	case status == statusEnhanceYourCalm, status == http.StatusTooManyRequests:
		return recipientLimit(st.reset)
	case status == http.StatusUnauthorized:
		return "Forbidden"
	case status == http.StatusForbidden:
		return "Domain is not allowed to send: Please activate your Mailgun account."
	}
	return http.StatusText(status)
}

func recipientLimit(until time.Time) string {
	return "Domain is not allowed to send: recipient limit exceeded, try again after " + until.UTC().Format("Mon, 02 Jan 2006 15:04:05 UTC")
}
