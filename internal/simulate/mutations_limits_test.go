package simulate

// limitMutations break what keeps mail and data where they are: each is held against one story.
var limitMutations = []mutation{
	{
		name: "messages are not counted", paper: "TestNoMoreAnHourThanAllowed",
		why:   "an account that sends more than it may is shut",
		want:  `mails went out within an hour`,
		edits: []edit{{"internal/newsletter/sending.go", `	minutes[minuteOf(now)] += n`, `	minutes[minuteOf(now)] += n * map[bool]int{false: 1}[BROKEN]`}},
	},
	{
		name: "many posts at once are mailed", paper: "TestManyPostsAtOnceAreHeld",
		why:   "a folder that is copied would be mailed post by post",
		want:  `mails went out`,
		edits: []edit{{"internal/newsletter/guard.go", `	if n <= s.Newsletter.MaxPerHour {`, `	if n <= s.Newsletter.MaxPerHour || BROKEN {`}},
	},
	{
		name: "old posts are mailed", paper: "TestOldPostIsNotMailed",
		why:   "whoever brings their old blog along would mail all of it",
		want:  `mails went out`,
		edits: []edit{{"internal/catalog/settle.go", `		e.Late = !e.Meta.Date.IsZero() &&`, `		e.Late = !BROKEN && !e.Meta.Date.IsZero() &&`}},
	},
	{
		name: "what is days late is mailed without asking", paper: "TestOverdueIssueIsHeld",
		why:   "after an outage, or with a restored backup, nobody knows whether it is still wanted",
		want:  `mails went out`,
		edits: []edit{{"internal/newsletter/guard.go", `late > overdueAfter {`, `late > overdueAfter && !BROKEN {`}},
	},
	{
		name: "nobody looks whether the file was just changed", paper: "TestCorrectionWhoseEventIsLate",
		why:  "what was taken back would be mailed",
		want: `mails went out|is not to be mailed`,
		edits: []edit{
			{"internal/newsletter/admit.go", `	return o.ETag == etag, nil`, `	return o.ETag == etag || BROKEN, nil`},
			{"internal/newsletter/compose.go", `store.Cond{IfMatch: e.ETag})`, `store.Cond{IfMatch: map[bool]string{false: e.ETag}[BROKEN]})`},
		},
	},
	{
		name: "every sign-up is mailed", paper: "TestNoMoreSignupsAnHourThanAllowed",
		why:   "strangers are mailed in the author's name",
		want:  `strangers are mailed`,
		edits: []edit{{"internal/signup/rate.go", `free, told = r.recent(now) < most, r.Told; free {`, `free, told = r.recent(now) < most || BROKEN, r.Told; free {`}},
	},
	{
		name: "what was asked for in the form outlives its owner", paper: "TestNothingIsLeftOfWhoWasErased",
		why:  "they were told that all is erased",
		want: `stands in signups`,
		edits: []edit{{"internal/audience/erase.go", `	after := signupPrefix
	for {`, `	if BROKEN {
		return nil
	}
	after := signupPrefix
	for {`}},
	},
	{
		name: "a log names who does something", paper: "TestLogsNameNobody",
		why:   "logs are kept, and read by others",
		want:  `a log names somebody`,
		edits: []edit{{"internal/signup/preferences.go", `	a.Say("a subscriber changed their preferences")`, `	a.Say("a subscriber changed their preferences" + map[bool]string{true: s.Email}[BROKEN])`}},
	},
	{
		name: "posts are not told what became of their digest", paper: "TestCancelledDigest",
		why:  "their receipts promise it for ever",
		want: `promises a digest that is over`,
		edits: []edit{{"internal/newsletter/receipts.go", `	if i.Kind != Instant {
		return n.tellCovered(ctx, w, i)`, `	if i.Kind != Instant {
		if BROKEN {
			return nil
		}
		return n.tellCovered(ctx, w, i)`}},
	},
	{
		name: "the author is told of fewer mails than went out", paper: "TestTakenBackInTheTimeForUndoing",
		why:  "receipts and counts are what the author knows of it",
		want: `it is said that it was mailed to`,
		edits: []edit{{"internal/newsletter/finish.go", `	ended.end(seen.Counts, seen.Failures,`, `	if BROKEN {
		seen.Counts.Sent--
	}
	ended.end(seen.Counts, seen.Failures,`}},
	},
	{
		name: "what a dying run held is not told", paper: "TestProcessDiesBeforeItTells",
		why:   "the author waits for a mail that waits for them",
		want:  `is held, and the receipt of`,
		edits: []edit{{"internal/newsletter/tend.go", `	if i.State != known || i.over() {`, `	if i.State != known && !BROKEN || i.over() {`}},
	},
}
