package simulate

import "strings"

// mandates are what the catalog ever told to be done to the site: for each key the
// last generation in which it was to be written, and in which it was to be deleted.
type mandates struct{ write, remove map[string]int64 }

// note takes in what one commit of the catalog leaves pending.
func (m *mandates) note(generation int64, pending map[string]pendingOutput) {
	for key, p := range pending {
		if p.Digest == "" {
			m.remove[key] = max(generation, m.remove[key]) // a restored catalog counts again
		} else {
			m.write[key] = max(generation, m.write[key])
		}
	}
}

// pendingOutput is an output as the catalog's JSON has it.
type pendingOutput struct {
	Digest string `json:"digest"`
}

// bid holds a change of the site against the catalog: whoever writes or deletes there,
// the sweep too, does what some catalog it has seen says is to be done.
func (w *World) bid(c *call, deletes bool) {
	key, ok := strings.CutPrefix(c.req.URL.Path, "/site/")
	if !ok {
		return
	}
	last, done := w.mandates.write, "writes"
	if deletes {
		last, done = w.mandates.remove, "deletes"
	}
	if generation, ever := last[key]; !ever || generation < c.by.since {
		w.fail("%s %s %s, which no catalog it knows of asks for", c.by, done, key)
	}
}
