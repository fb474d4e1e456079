package catalog

// Reconcile marks as pending every output that is not what the plan wants, with
// the nonce of the commit under way, and tells how many marks it set or took away. Want maps each
// site key to the digest of its inputs. Kept tells of outputs that stay though
// nothing wants them; fixed of those that cannot be made now (their source cannot
// be read) and stay as they are, if they are there.
func (c *Catalog) Reconcile(want map[string]string, kept, fixed func(key string) bool, nonce string) int {
	marked := 0
	mark := func(key, digest string) {
		c.Pending[key] = Pending{Digest: digest, Nonce: nonce}
		marked++
	}
	unmark := func(key string) {
		delete(c.Pending, key)
		marked++
	}
	for key, digest := range want {
		out, made := c.Outputs[key]
		p, waits := c.Pending[key]
		switch {
		case made && fixed(key):
			if waits {
				unmark(key)
			}
		case waits && p.Digest == digest:
		case waits, out.Digest != digest:
			if waits && p.Digest == "" {
				// A run that died may have deleted it. It is new again, for what lists it.
				delete(c.Outputs, key)
			}
			mark(key, digest)
		}
	}
	for key := range c.Outputs {
		if _, wanted := want[key]; wanted || kept(key) {
			continue
		}
		if p, waits := c.Pending[key]; !waits || p.Digest != "" {
			mark(key, "")
		}
	}
	for key, p := range c.Pending {
		if _, wanted := want[key]; wanted || p.Digest == "" {
			continue
		}
		if kept(key) {
			unmark(key) // nobody needs it any more; if it was written, it may stay
			continue
		}
		if _, made := c.Outputs[key]; !made {
			mark(key, "") // another run may just have written it
		}
	}
	return marked
}
