package simulate

// publishMutations break what keeps the site true.
var publishMutations = []mutation{
	{
		name: "replace without If-Match", seeds: 10,
		why:  "the transport sees every request",
		want: `overwrites blind`,
		edits: []edit{{"internal/store/write.go", `		in.IfMatch = &ifMatch
	}
	sent`, `		if !BROKEN {
			in.IfMatch = &ifMatch
		}
	}
	sent`}},
	},
	{
		name: "create without If-None-Match", seeds: 10,
		why:  "the transport sees every request",
		want: `overwrites blind`,
		edits: []edit{{"internal/store/write.go", `		in.IfNoneMatch = aws.String("*")`, `		if !BROKEN {
			in.IfNoneMatch = aws.String("*")
		}`}},
	},
	{
		name: "a lost race is repeated without reading again", seeds: 40,
		why:  "what the winner committed is lost",
		want: `the catalog went from generation|the catalog does not know`,
		edits: []edit{{"internal/publish/commit.go", `	if there.Nonce == next.Nonce {`, `	if BROKEN && there.Nonce != next.Nonce {
		return p.commit(ctx, v, next)
	}
	if there.Nonce == next.Nonce {`}},
	},
	{
		name: "a commit by another run is taken for one's own", paper: "TestTwoRunsCommitAtOnce",
		why:  "the nonce tells whose commit won, and the loser's news is lost without it",
		want: `the catalog does not know`,
		edits: []edit{{"internal/publish/commit.go", `	v := &version{catalog: there, etag: o.ETag}
	p.remember(v)
`, `	v := &version{catalog: there, etag: o.ETag}
	p.remember(v)
	if BROKEN {
		return v, nil
	}
`}},
	},
	{
		name: "pending is cleared before the write", seeds: 10,
		why:  "what is written is to stand in the catalog while it is not there, for whoever comes after a run that dies",
		want: `writes .*, which no catalog it knows of asks for`,
		edits: []edit{{"internal/publish/run.go", `		v, err := r.commit(ctx, from, next)
`, `		early := next
		if BROKEN {
			early = next.Clone()
			for key, p := range next.Pending {
				out := early.Outputs[key]
				out.Digest = p.Digest
				if early.Outputs[key] = out; p.Digest == "" {
					delete(early.Outputs, key)
				}
				delete(early.Pending, key)
			}
		}
		v, err := r.commit(ctx, from, early)
		if BROKEN && err == nil {
			v = &version{catalog: next, etag: v.etag}
		}
`}},
	},
	{
		name: "a run that finds nothing new does not commit", paper: "TestNoOpRunBetweenReadAndCommit",
		why:  "a run that read older content in the meantime commits it afterwards",
		want: `the catalog (does not know|knows another)`,
		edits: []edit{
			{"internal/publish/run.go", `		if len(work) == 0 && !changed && from.etag != "" {`, `		if (len(work) == 0 || BROKEN) && !changed && from.etag != "" {`},
			{"internal/publish/plan.go", `	return plan, seen > 0 || marked > 0 || owes ||`, `	return plan, seen > 0 || marked > 0 || owes && !BROKEN ||`},
		},
	},
	{
		name: "what is there is taken for what was to be written", paper: "TestTwoRunsWriteOnePage",
		why:  "that a write was refused says that something else is there",
		want: `is not what|do not find|readers get`,
		edits: []edit{{"internal/publish/write.go", `		known = there
`, `		if known = there; BROKEN && p.Digest != "" {
			w.done.touch(key, touch{digest: p.Digest, etag: there})
			return nil
		}
`}},
	},
	{
		name: "the sweep deletes orphans itself", paper: "TestSweepFindsAnOrphan",
		why:  "only what the catalog says may be done to the site",
		want: `deletes .*, which no catalog it knows of asks for`,
		edits: []edit{{"internal/publish/sweep.go", `	lost, left, err := p.lastGood(`, `	if v, err := p.load(ctx); BROKEN && err == nil {
		for key, etag := range there.etags {
			if _, known := v.catalog.Outputs[key]; !known && !site.Kept(key) {
				_ = p.Site.Delete(ctx, key, etag)
			}
		}
	}
	lost, left, err := p.lastGood(`}},
	},
	{
		name: "the sweep finds nothing", seeds: 20,
		why:  "lost events and the traces of dead runs are its to mend",
		want: `does not know|is missing|is not what|belongs to nothing|ought to show`,
		edits: []edit{{"internal/publish/sweep.go", `	v, err := p.load(ctx)
	if err != nil {
		return err
	}
	if v, _, err = p.past(ctx, v); err != nil {`, `	v, err := p.load(ctx)
	if err != nil || BROKEN && v.etag != "" {
		return err
	}
	if v, _, err = p.past(ctx, v); err != nil {`}},
	},
	{
		name: "a mail is announced before its page is written", paper: "TestPageCannotBeWritten",
		why:   "its readers would find nothing",
		want:  `and no page shows`,
		edits: []edit{{"internal/publish/owed.go", `	return e != nil && e.Live && !waiting(c, e)`, `	return e != nil && e.Live && (!waiting(c, e) || BROKEN)`}},
	},
	{
		name: "listings do not wait for the pages they name", paper: "TestPageCannotBeWritten",
		why:   "readers follow them",
		want:  `do not find`,
		edits: []edit{{"internal/publish/apply.go", `			if _, ok := w.done.touched[name]; !ok {`, `			if _, ok := w.done.touched[name]; !ok && !BROKEN {`}},
	},
	{
		name: "deletions come before listings", seeds: 10,
		why:  "the old listings still lead to what goes",
		want: `do not find`,
		edits: []edit{{"internal/publish/apply.go", `	w.media(ctx, stages[site.Media])
`, `	if BROKEN {
		w.each(ctx, gone, w.remove)
		gone = nil
	}
	w.media(ctx, stages[site.Media])
`}},
	},
	{
		name: "a source is taken as it is by now", paper: "TestFileReplacedBeforeItsPageIsMade",
		why:  "a page is of one version, the one that was settled",
		want: `readers get a (draft|mix)`,
		edits: []edit{
			{"internal/publish/bodies.go", `store.Cond{IfMatch: f.ETag})
`, `store.Cond{IfMatch: map[bool]string{false: f.ETag}[BROKEN]})
`},
			{"internal/site/plan.go", `	if parsed.Hash != e.Hash {`, `	if parsed.Hash != e.Hash && !BROKEN {`},
		},
	},
	{
		name: "the holder of an address is not looked at", paper: "TestSlugHandedOverByARename",
		why:   "a newcomer is refused because of a file that is gone",
		want:  `which was gone before`,
		edits: []edit{{"internal/publish/plan.go", `if holder := next.Posts[e.Rival]; holder != nil &&`, `if holder := next.Posts[e.Rival]; !BROKEN && holder != nil &&`}},
	},
	{
		name: "a receipt says what was true before others came and went", seeds: 20,
		why:  "files that nobody touched are told of what became of those they speak of",
		want: `(its receipt|and the receipt of .*) says`,
		edits: []edit{{"internal/publish/owe.go", `	turned(old, next, receipt)
`, `	if !BROKEN {
		turned(old, next, receipt)
	}
`}},
	},
}
