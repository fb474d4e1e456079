package simulate

// newsletterMutations break what keeps the promise that nobody is mailed twice, skipped,
// or mailed after leaving.
var newsletterMutations = []mutation{
	{
		name: "an update that lost its race writes what it made before", paper: "TestTwoWorkersClaimAtOnce",
		why:  "of two claims of one range one is lost, and both are posted",
		want: `a second time`,
		edits: []edit{
			{"internal/store/update.go", `	for try := range updates {`, `	var made []byte // first of all, if BROKEN
	for try := range updates {`},
			{"internal/store/update.go", `		body, err := change(old)
`, `		body, err := made, error(nil)
		if !BROKEN || made == nil {
			if body, err = change(old); err == nil {
				made = body
			}
		}
`},
		},
	},
	{
		name: "an uncertain request counts as failed", paper: "TestUncertainRequest",
		why:  "if it was not taken, these people are skipped",
		want: `never got`,
		edits: []edit{{"functions/mailer.go", `	return newsletter.Uncertain{Reason: err.Error()}`, `	if BROKEN {
		return newsletter.Failed{Reason: err.Error()}
	}
	return newsletter.Uncertain{Reason: err.Error()}`}},
	},
	{
		name: "an uncertain request is posted again at once", paper: "TestUncertainRequest",
		why:  "if it was taken, these people are mailed twice",
		want: `a second time`,
		edits: []edit{{"internal/newsletter/settle.go", `		id, way := messageID(i, c), i.route(c)
`, `		if BROKEN {
			answers = append(answers, answer{c, false})
			continue
		}
		id, way := messageID(i, c), i.route(c)
`}},
	},
	{
		name: "who left is mailed all the same", seeds: 20,
		why:  "they were told that they are off the list",
		want: `was told`,
		edits: []edit{
			{"internal/newsletter/enlist.go", `		if !s.Mailable(now) || gone.has(s) {`, `		if !BROKEN && (!s.Mailable(now) || gone.has(s)) {`},
			{"internal/newsletter/addresses.go", `				if s.Mailable(now) && !gone.has(s) {`, `				if BROKEN || s.Mailable(now) && !gone.has(s) {`},
		},
	},
	{
		name: "what is owed is cleared before the issue is opened", paper: "TestProcessDiesBeforeTheIssueIsOpened",
		why:  "a run that dies in between leaves nobody who would open it",
		want: `never got`,
		edits: []edit{{"internal/publish/owed.go", `	if err := r.Announcer.AnnounceAll(ctx, ids); err != nil {`, `	if BROKEN {
		early := discharged{announce: map[string]int64{}}
		for _, id := range ids {
			early.announce[id] = owed.Announce[id]
		}
		if _, err := r.amend(ctx, early.clear); err != nil {
			return err
		}
	}
	if err := r.Announcer.AnnounceAll(ctx, ids); err != nil {`}},
	},
	{
		name: "a claim is posted however old it is", paper: "TestWorkerThawedLongAfterItsClaim",
		why:   "somebody else has asked the log, found nothing, and posted it",
		want:  `a second time`,
		edits: []edit{{"internal/newsletter/post.go", `	if n.ending(ctx) || n.Now().Sub(c.At) >= claimFor {`, `	if n.ending(ctx) || n.Now().Sub(c.At) >= claimFor && !BROKEN {`}},
	},
	{
		name: "a webhook's token is stored before its effect", paper: "TestTokenIsStoredAfterItsEffect",
		why:  "the repeated call is taken for done, and the complaint is lost",
		want: `nothing was done|who complained is mailed`,
		edits: []edit{{"functions/webhook.go", `	if err := h.effect(ctx, e, signed.Token); err != nil {`, `	if BROKEN {
		if err := h.audience.FinishWebhook(ctx, signed.Token, body); err != nil {
			return err
		}
	}
	if err := h.effect(ctx, e, signed.Token); err != nil {`}},
	},
	{
		name: "a move forgets what was mailed to the old address", paper: "TestMoveBetweenTwoMailsOfAPost",
		why:  "who moves between two mails of a post gets it in both",
		want: `a second time`,
		edits: []edit{{"internal/newsletter/roster.go", `	for _, f := range s.Former {`, `	for _, f := range s.Former {
		if BROKEN {
			break
		}`}},
	},
	{
		name: "a topic that somebody did not choose is mailed to them", paper: "TestTopicNotChosenIsNotMailed",
		why:   "they were shown which topics they have",
		want:  `had chosen another topic`,
		edits: []edit{{"internal/audience/subscriber.go", `	if len(s.Topics) == 0 {`, `	if len(s.Topics) == 0 || BROKEN {`}},
	},
	{
		name: "who is in the middle of a move is taken for gone", paper: "TestMoveWhileAMailGoes",
		why:   "they are skipped",
		want:  `never got`,
		edits: []edit{{"internal/newsletter/addresses.go", `	if err != nil || half == nil || half.Status != audience.Active {`, `	if err != nil || half == nil || half.Status != audience.Active || BROKEN {`}},
	},
	{
		name: "a repair drops what came while it was looking", paper: "TestAnnouncedWhileTheRecordsAreRepaired",
		why:  "nobody looks at it any more",
		want: `never got`,
		edits: []edit{{"internal/newsletter/repair.go", `		for _, id := range append(named.ids(), lost...) {`, `		if BROKEN {
			named = o
		}
		for _, id := range append(named.ids(), lost...) {`}},
	},
}
