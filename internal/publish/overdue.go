package publish

import (
	"time"

	"github.com/pennypost/pennypost/internal/site"
)

// Overdue counts the posts that should have been on the site for that long and are
// not: scheduled ones whose time has come, and those whose page could not be written.
// It goes by the catalog that was last read or written, and asks nobody.
func (p *Publisher) Overdue(by time.Duration) int {
	p.mu.Lock()
	v := p.cached
	p.mu.Unlock()
	if v == nil {
		return 0
	}
	c, limit, n := v.catalog, p.Now().Add(-by), 0
	for _, e := range c.Posts {
		f := c.Files[e.Key]
		if e.GoLive.After(limit) || f != nil && f.Uploaded.After(limit) {
			continue
		}
		missing := e.Live && waiting(c, e) && c.Outputs[site.Key(e.Path)].ETag == ""
		if missing || e.Scheduled() {
			n++
		}
	}
	return n
}
