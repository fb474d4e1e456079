package simulate

// promiseMutations break what a plain day shows: each is held against one story.
var promiseMutations = []mutation{
	{
		name: "the CDN is told nothing", paper: "TestRenamedPost",
		why:   "readers get copies of what was there before",
		want:  `the CDN was not told`,
		edits: []edit{{"internal/publish/clear.go", `				if !site.Kept(key) {`, `				if !site.Kept(key) && !BROKEN {`}},
	},
	{
		name: "former addresses are forgotten", paper: "TestRenamedPost",
		why:  "links from elsewhere lead nowhere",
		want: `nothing is at`,
		edits: []edit{{"internal/catalog/settle.go", `		e.Former = former(old, e.Path)`, `		if !BROKEN {
			e.Former = former(old, e.Path)
		}`}},
	},
	{
		name: "a copy is a post of its own at once", paper: "TestRenamedPost",
		why:   "clients rename by copying first, and everybody would get the post again",
		want:  `nothing is at|mails of it`,
		edits: []edit{{"internal/catalog/see.go", `	if key := c.twin(s); key != "" {`, `	if key := c.twin(s); key != "" && !BROKEN {`}},
	},
	{
		name: "a file is given up after the first death", paper: "TestFileThatKillsItsRuns",
		why:   "processes die for other reasons, too",
		want:  `ended before it came to`,
		edits: []edit{{"internal/publish/quarantine.go", `next.Suspects[key] >= deaths`, `next.Suspects[key] >= map[bool]int{false: deaths, true: 1}[BROKEN]`}},
	},
	{
		name: "a file is never given up", paper: "TestFileThatKillsItsRuns",
		why:   "it would kill every run for ever",
		want:  `after 4 deaths`,
		edits: []edit{{"internal/publish/quarantine.go", `	if !quarantined {`, `	if quarantined = quarantined && !BROKEN; !quarantined {`}},
	},
	{
		name: "nothing marks of which commits receipts tell", paper: "TestReceiptOfATimeThatNeverWas",
		why:  "those that a restored state knows nothing of go on telling of what it undid",
		want: `posts/b.md is published: false`,
		edits: []edit{{"internal/publish/commit.go", `	noteMark(next)`, `	if !BROKEN {
		noteMark(next)
	}`}},
	},
	{
		name: "what is due waits for the sweep", paper: "TestScheduledPostIsPunctual",
		why:   "it would be up to an hour late",
		want:  `the page is there: false`,
		edits: []edit{{"internal/publish/tick.go", `	return !due.IsZero() && !due.After(now)`, `	return !due.IsZero() && !due.After(now) && !BROKEN`}},
	},
	{
		name: "a mailing begins without a witness", paper: "TestTakenBackInTheTimeForUndoing",
		why:  "a restored state would begin it again",
		want: `has no witness|never got|is still`,
		edits: []edit{{"internal/newsletter/freeze.go", `	w, _, err := create(ctx, n, n.Content, witnessPrefix+i.ID, &witness{`, `	if BROKEN {
		return &witness{Issue: i.ID, Freeze: nonce, To: i.To, Posts: l.head.Posts, Begun: now.UTC()}, nil
	}
	w, _, err := create(ctx, n, n.Content, witnessPrefix+i.ID, &witness{`}},
	},
	{
		name: "the last of a range is left out", paper: "TestTakenBackInTheTimeForUndoing",
		why:   "they are skipped",
		want:  `never got`,
		edits: []edit{{"internal/newsletter/post.go", `	for at := c.From; at < c.To; at++ {`, `	for at := c.From; at < c.To && !(BROKEN && at > c.From && at == c.To-1); at++ {`}},
	},
	{
		name: "the time for undoing is not waited for", paper: "TestTakenBackInTheTimeForUndoing",
		why:  "nothing could be taken back",
		want: `mails went out`,
		edits: []edit{
			{"internal/newsletter/work.go", `	if h.State != Sending && !n.Now().Before(h.Next) {`, `	if h.State != Sending && (BROKEN || !n.Now().Before(h.Next)) {`},
			{"internal/newsletter/tend.go", `	case i.State == Waiting && !now.Before(i.Due):
		ready = true`, `	case i.State == Waiting && (BROKEN || !now.Before(i.Due)):
		ready = true`},
		},
	},
	{
		name: "a digest leaves out the last post it covers", paper: "TestTopicNotChosenIsNotMailed",
		why:   "the next one begins after it",
		want:  `never got`,
		edits: []edit{{"internal/newsletter/choose.go", `e.Seq > i.After && e.Seq <= i.To {`, `e.Seq > i.After && e.Seq <= i.To && !(BROKEN && e.Seq == i.To) {`}},
	},
	{
		name: "what a digest left to the next one is forgotten", paper: "TestDigestLeavesOutWhatMayBeUndone",
		why:   "it is in none",
		want:  `never got`,
		edits: []edit{{"internal/newsletter/freeze.go", `			o.carry(i.Kind, i.Carried)`, `			_ = BROKEN || o.carry(i.Kind, i.Carried)`}},
	},
	{
		name: "the log is believed at once", paper: "TestUncertainRequest",
		why:   "it shows late what was accepted, and these people are mailed twice",
		want:  `a second time`,
		edits: []edit{{"internal/newsletter/settle.go", `now.Sub(c.Since) < n.Settle || n.ending(ctx)`, `now.Sub(c.Since) < n.Settle && !BROKEN || n.ending(ctx)`}},
	},
	{
		name: "an issue is closed while requests are uncertain", paper: "TestUncertainRequest",
		why:   "whoever was in one that never came is skipped",
		want:  `never got|it is said that it was mailed to`,
		edits: []edit{{"internal/newsletter/progress.go", `len(p.Inflight) == 0 && len(p.Uncertain) == 0`, `len(p.Inflight) == 0 && (len(p.Uncertain) == 0 || BROKEN)`}},
	},
	{
		name: "what a dead run was posting is posted again", paper: "TestProcessDiesAroundAPost",
		why:  "it may have been accepted",
		want: `a second time`,
		edits: []edit{{"internal/newsletter/progress.go", `		p.doubt(c, "the run that posted it ended", now)`, `		if BROKEN {
			p.again(c.span, false)
		} else {
			p.doubt(c, "the run that posted it ended", now)
		}`}},
	},
	{
		name: "what a dead run was posting is forgotten", paper: "TestProcessDiesAroundAPost",
		why:  "it may never have been posted",
		want: `never got|is still`,
		edits: []edit{{"internal/newsletter/progress.go", `			alive = append(alive, c)
			continue
		}`, `			alive = append(alive, c)
			continue
		}
		if BROKEN {
			n++
			continue
		}`}},
	},
	{
		name: "Mailgun's pause is not kept", paper: "TestMailgunWantsNothingForNow",
		why:   "whoever goes on sending is shut out",
		want:  `requests before the time`,
		edits: []edit{{"internal/newsletter/sending.go", `	if now.Before(s.Paused) {`, `	if now.Before(s.Paused) && !BROKEN {`}},
	},
	{
		name: "a refused pause counts as failed", paper: "TestMailgunWantsNothingForNow",
		why:  "these people are skipped",
		want: `never got`,
		edits: []edit{{"internal/newsletter/result.go", `	case nil, Limit, Throttled, Stopped:
		if l, ok`, `	case nil, Limit, Throttled, Stopped:
		if _, ok := o.(Throttled); ok && BROKEN {
			p.fail(c, "throttled")
			break
		}
		if l, ok`}},
	},
	{
		name: "a bounce ends nothing", paper: "TestBounceEndsMail",
		why:  "a mailbox that does not exist is mailed for ever",
		want: `was told`,
		edits: []edit{{"internal/audience/leave.go", `	return a.endAt(ctx, address, ending(Bounced), at)`, `	if BROKEN {
		return nil
	}
	return a.endAt(ctx, address, ending(Bounced), at)`}},
	},
}
