package simulate

import (
	"math"
	"slices"
	"strings"
	"time"
)

// forgotten is how many people join on the day that the restore forgets.
const forgotten = 8

// planRestoredPosts uploads what is caught by the restore in each stage of its mailing.
func (y *year) planRestoredPosts() {
	at := func(d time.Duration) time.Time { return y.of.restore.Add(d) }
	// Some of its readers are mailed before the backup, then Mailgun refuses our key; some
	// between backup and restore, when its author lets it go on; and some are left.
	y.halfway = y.add(at(-25*time.Hour-22*time.Minute), "", "", chore{time.Minute, func(p *piece) {
		p.instant.to = at(5 * time.Hour)
		p.ready = span{at(0), at(5 * time.Hour)}
	}})
	y.note(at(-25*time.Hour-20*time.Minute), func() {
		y.mailgun.limit = max(1, y.of.people/400)
		y.refused = y.posts + 3
	})
	y.note(at(-25*time.Hour), func() { y.refused = math.MaxInt })
	y.note(at(-4*time.Minute-30*time.Second), func() {
		y.say("the author has Mailgun's key mended and lets the mail go on, for a moment")
		y.releaseAll()
		y.refused = y.posts + 6
		y.tick(time.Now())
	})
	y.note(at(-30*time.Second), func() {
		y.say("the author lets the mail go on once more")
		y.refused = math.MaxInt
		y.releaseAll()
		y.interrupted = y.posts + 3
		y.tick(time.Now())
	})
	// Mailed as a whole between the backup and the restore.
	y.between = y.add(at(-12*time.Hour), "", "")
	// Frozen in the very tick in the middle of which the bucket is put back.
	y.midway = y.add(at(-10*time.Minute-25*time.Second), "", "")
	// Not begun yet.
	y.add(at(-4*time.Minute), "", "", chore{time.Minute, func(p *piece) {
		p.live.to = at(65 * time.Minute)
		p.instant = span{p.instant.from, at(2 * time.Hour)}
		p.ready = p.instant
	}})
	// And one after it.
	y.add(at(2*time.Hour+30*time.Minute), "", "", chore{time.Minute, func(p *piece) { p.instant.to = at(5 * time.Hour); p.ready = p.instant }})
}

// planRestore plans what people do on the day that is forgotten, and what comes after.
func (y *year) planRestore() {
	// The last of those who come by the form come on that day.
	for i := range forgotten {
		l := y.lives[len(y.lives)-1-i]
		y.note(y.backup.Add(2*time.Hour+time.Duration(i)*20*time.Minute), func() { y.join(l) })
	}
	acts := []func(*life){
		y.decide, y.decide, y.decide, y.decide, y.depart, y.depart, y.moveHouse, y.moveHouse,
		func(l *life) { y.takeBreak(l, 4) }, func(l *life) { y.report(l, "failed") }, func(l *life) { y.report(l, "complained") },
	}
	for i := range 3 * len(acts) {
		y.note(y.backup.Add(3*time.Hour+time.Duration(i)*25*time.Minute), func() {
			for range 1000 {
				l := y.lives[y.plan.IntN(len(y.lives))]
				now := stateAt(l.turns, time.Now())
				if l.token != "" && l.next == "" && now.there && !now.resting(time.Now()) && time.Since(l.turns[len(l.turns)-1].to) > 3*time.Hour {
					acts[i%len(acts)](l)
					return
				}
			}
		})
	}
	for _, d := range []time.Duration{time.Hour, 2 * time.Hour, 3 * time.Hour, 4 * time.Hour} {
		y.note(y.of.restore.Add(d), func() {
			y.say("the author reads what Mailgun and the newsletter say, and lets go on what is held")
			y.releaseAll()
			y.tick(time.Now())
		})
	}
	y.note(y.of.restore.Add(6*time.Hour), func() {
		y.mailgun.limit = 0
		y.judgeNews()
	})
}

// judgeNews: the author is told that the records were restored and which posts that
// affects; and in the end, of how many readers nobody knows whether they were mailed.
func (y *year) judgeNews() {
	const restored, unknown = "The newsletter's records were restored", "nobody knows whether this was mailed"
	named := map[*piece]bool{}
	told := false
	for _, m := range y.news {
		words := strings.Join(strings.Fields(m.text), " ") // wrapped anywhere
		told = told || strings.Contains(words, unknown)
		if strings.Contains(words, restored) {
			for _, mark := range m.marks {
				named[y.about[mark]] = true
			}
		}
	}
	for _, p := range []*piece{y.halfway, y.between, y.midway} {
		if !named[p] {
			y.fail("the state was restored, and the author is not told what that means for %s", p.key)
		}
	}
	if !told {
		y.fail("the author is not told that some readers may not have got %s", y.halfway.key)
	}
}

// goBack puts the state bucket back by a day, but for what a restore leaves alone.
func (y *year) goBack() {
	y.back = time.Now()
	y.say("the state bucket is put back to what it was on %s", y.backup.In(berlin).Format(time.RFC1123))
	y.restoring = true
	y.s3.Restore("state", y.backup, func(key string) bool { return key == "keys.json" || strings.HasPrefix(key, "left/") })
	y.restoring = false
	for minute := range 75 { // the sweep comes within the hour
		y.tick(y.back.Add(time.Duration(minute+1) * time.Minute))
	}
	head, err := headOf(y.s3.Get("state", catalogKey).Body)
	or(err)
	y.generation = head.Generation
	for _, l := range y.lives {
		was, is := stateAt(l.turns, y.backup), stateAt(y.knownTurns(l, y.back), y.back)
		l.astray = slices.ContainsFunc(l.turns, func(t turn) bool { return t.what == moved && t.to.After(y.backup) })
		if !was.there { // links of that day are of no use; the next mail brings others
			y.note(y.back.Add(time.Minute), func() { l.token = "" })
		}
		if stateAt(l.turns, y.back).there && !is.there && !was.there { // who came since is forgotten, and comes again
			y.tally.lost++
			y.note(y.back.Add(24*time.Hour+time.Duration(y.plan.IntN(5*24*60))*time.Minute), func() { y.join(l) })
		}
	}
}
