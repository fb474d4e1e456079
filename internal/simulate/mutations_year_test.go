package simulate

// yearMutations break what a year with its subscribers shows: rules about who is owed
// what, when, and what a restored state may still believe.
var yearMutations = []mutation{
	{
		name: "whoever switched has only the cadence they have now", paper: "TestSpring",
		why:  "who switches after a post and before the next mail of the new cadence would fall between the two",
		want: `never got .* and was owed it|got .* and was owed it in`,
		edits: []edit{{"internal/newsletter/owed.go", `	if s.Cadence == c || s.CadenceAt(since) == c {`, `	if BROKEN {
		return s.Cadence == c
	}
	if s.Cadence == c || s.CadenceAt(since) == c {`}},
	},
	{
		name: "who comes back has the cadence they had before", paper: "TestSpring",
		why:   "who left a monthly digest and came back for a weekly one gets both",
		want:  `got .* in (monthly|weekly)-`,
		edits: []edit{{"internal/audience/join.go", `		} else if r.Status == Active {`, `		} else if r.Status == Active || BROKEN {`}},
	},
	{
		name: "who paused is mailed all the same", paper: "TestSpring",
		why:   "they were told that nothing comes until then",
		want:  `and was not owed it`,
		edits: []edit{{"internal/audience/subscriber.go", `	return s.Status == Active && !now.Before(s.Paused)`, `	return s.Status == Active && (!now.Before(s.Paused) || BROKEN)`}},
	},
	{
		name: "an earlier mail of a post is forgotten", paper: "TestSpring",
		why:  "who switches gets the post in both mails",
		want: `a second time`,
		edits: []edit{{"internal/newsletter/roster.go", `	for _, g := range earlier.head.Groups {`, `	for _, g := range earlier.head.Groups {
		if BROKEN {
			break
		}`}},
	},
	{
		name: "digests keep the hour of the day before the clocks changed", paper: "TestSpring",
		why:  "twice a year they come an hour early or late",
		want: `and was owed it in the one of`,
		edits: []edit{{"internal/newsletter/schedule.go", `	for _, o := range []int64{max(before, after), min(before, after)} {`, `	if BROKEN {
		return time.Unix(face-before, 0).In(loc)
	}
	for _, o := range []int64{max(before, after), min(before, after)} {`}},
	},
	{
		name: "a restored progress is believed", paper: "TestSpring",
		why:  "who was mailed since the backup is mailed again",
		want: `a second time`,
		edits: []edit{{"internal/newsletter/restore.go", `		p.forget(seen.Reached, notAgain)`, `		if !BROKEN {
			p.forget(seen.Reached, notAgain)
		}`}},
	},
	{
		name: "posts whose list was lost are in later digests", paper: "TestSpring",
		why:  "nobody knows who has them",
		want: `a second time|and was not owed it`,
		edits: []edit{{"internal/newsletter/enlist.go", `					r.dropAll(k)`, `					if !BROKEN {
						r.dropAll(k)
					}`}},
	},
	{
		name: "a forgotten digest moves the mark", paper: "TestSpring",
		why:  "what it left to the next digest is in none",
		want: `never got`,
		edits: []edit{{"internal/newsletter/digest.go", `			found, err = &Issue{ID: i.ID, Kind: i.Kind, To: d.Mark, State: Closed}, n.suspect(ctx, i.ID)`, `			found, err = &Issue{ID: i.ID, Kind: i.Kind, To: d.Mark, State: Closed}, n.suspect(ctx, i.ID)
			if BROKEN {
				found.To = seen.To
			}`}},
	},
	{
		name: "a restored state brings back who left", paper: "TestSpring",
		why:  "they were told that they are off the list",
		want: `was told|and was not owed it`,
		edits: []edit{{"internal/newsletter/enlist.go", `func (l leavings) has(s *audience.Subscriber) bool { return l.all.Has(s) || l.recent.Has(s) }`, `func (l leavings) has(s *audience.Subscriber) bool {
	return !BROKEN && (l.all.Has(s) || l.recent.Has(s))
}`}},
	},
}
