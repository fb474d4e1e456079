package publish

// SweepBy makes a sweep list that many objects at a time.
func (p *Publisher) SweepBy(objects int) { p.chunk = objects }
