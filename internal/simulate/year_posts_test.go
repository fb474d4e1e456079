package simulate

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// piece is one post, as its author meant it.
type piece struct {
	key    string
	front  string // its front matter, without title and description
	topics []string
	email  string // "", now, digest or none
	// live is when it was published, or released by its author; instant is when its own
	// mail is frozen and sent. Each happens somewhere in its span; zero: never.
	live, instant span
	// ready is when digests may have it: its own mail is begun, and is not held.
	ready span
	away  []span // when it was not in the bucket
}

// A post's own mail is frozen in the first minute after ten, and gone a moment later; its
// event may take seconds.
const (
	soonest = undo
	latest  = undo + 3*time.Minute
)

// goes notes that a post is published now, and when its mail goes out.
func (y *year) goes(p *piece) {
	now := time.Now()
	p.live, p.instant = span{now, now.Add(time.Minute)}, span{now.Add(soonest), now.Add(latest)}
	if y.isRough() {
		p.live.to, p.instant.to = now.Add(3*time.Hour), now.Add(8*time.Hour)
	}
	p.ready = p.instant
}

// chore is something that the author does to a post, some time after its upload.
type chore struct {
	after time.Duration
	do    func(*piece)
}

// add plans the upload of a new post.
func (y *year) add(at time.Time, email, front string, chores ...chore) *piece {
	p := &piece{key: fmt.Sprintf("posts/post%d.md", len(y.pieces)), email: email, front: front, topics: []string{"rest"}}
	switch y.plan.IntN(4) {
	case 0:
		p.topics, p.front = []string{"garden"}, p.front+"tags: [garden]\n"
	case 1:
		p.topics, p.front = []string{"garden", "letters"}, p.front+"tags: [garden, letters, other]\n"
	}
	if email != "" {
		p.front += "email: " + email + "\n"
	}
	y.pieces = append(y.pieces, p)
	y.planned = append(y.planned, at.Add(soonest))
	y.note(at, func() {
		y.say("the author uploads %s", p.key)
		y.tally.published++
		y.goes(p)
		y.upload(p)
		for _, c := range chores {
			y.note(at.Add(c.after), func() { c.do(p) })
		}
	})
	return p
}

// upload writes a new text of a post and puts it up.
func (y *year) upload(p *piece) {
	y.desk.marks++
	n := y.desk.marks
	text := &sheet{mark: n, slug: strings.TrimSuffix(p.key[strings.LastIndex(p.key, "/")+1:], ".md"), draft: strings.Contains(p.front, "draft: true")}
	if _, date, dated := strings.Cut(p.front, "date: "); dated {
		date, _, _ = strings.Cut(date, "\n")
		var err error
		text.date, err = time.Parse(time.RFC3339, date)
		or(err)
	}
	text.body = fmt.Sprintf("---\ntitle: \"mt%dx\"\ndescription: \"md%dx\"\n%s---\n\nText mb%dx.\n", n, n, p.front, n)
	y.about[fmt.Sprint(n)] = p
	y.desk.put(p.key, text)
}

// planPosts decides what is written when: most at any hour, some where it is narrow.
func (y *year) planPosts() {
	sundays, firsts := y.weekly, y.monthly
	dues := slices.Concat(sundays, firsts)
	near := func(t time.Time, before, after time.Duration, moments ...time.Time) bool {
		return slices.ContainsFunc(moments, func(m time.Time) bool { return t.After(m.Add(-before)) && t.Before(m.Add(after)) })
	}
	quiet := func(at time.Time) bool {
		return !near(at, 9*time.Hour, 15*time.Minute, dues...) && !near(at, 40*time.Hour, 12*time.Hour, y.of.restore) &&
			!slices.ContainsFunc(y.rough, func(s span) bool { return near(at, latest, 9*time.Hour, s.from) })
	}
	// some moment at which nothing else is planned, nor some time after it.
	some := func(after ...time.Duration) time.Time {
		for {
			at := y.of.begin.Add(3*24*time.Hour + time.Duration(y.plan.Int64N(int64(y.of.end.Sub(y.of.begin)*9/10)))).Truncate(time.Second)
			if quiet(at) && !slices.ContainsFunc(after, func(d time.Duration) bool { return !quiet(at.Add(d)) }) {
				return at
			}
		}
	}
	narrow := map[time.Time]bool{} // digests around which posts are published
	// Near the end of a week or month: so that its own mail is just out when the digest
	// comes, or just not, or the digest is just gone. And in the nights in which the clocks
	// change.
	for i, before := range []time.Duration{18 * time.Minute, 6 * time.Minute, -time.Minute} {
		week, month := sundays[(2*i+1)*len(sundays)/7], firsts[i*len(firsts)/4]
		narrow[week], narrow[month] = true, true
		y.add(week.Add(-before), "", "")
		y.add(month.Add(-before), "", "")
	}
	for _, due := range sundays {
		_, before := due.Add(-4 * time.Hour).In(berlin).Zone()
		if _, after := due.Add(4 * time.Hour).In(berlin).Zone(); before != after {
			narrow[due] = true
			y.add(due.Add(-50*time.Minute), "", "")
			y.add(due.Add(70*time.Minute), "", "")
		}
	}
	y.planRestoredPosts()
	const day = 24 * time.Hour
	// Days on which things break: when a digest comes, and when a post does.
	bad := func(at time.Time) time.Time {
		y.rough = append(y.rough, span{at.Add(-time.Minute), at.Add(3 * time.Hour)})
		return at
	}
	for i, due := range dues {
		if i%8 == 6 && !narrow[due] && !near(due, 9*day, 2*day, y.of.restore) {
			bad(due)
		}
	}
	for range y.of.posts / 8 {
		y.add(bad(some()), "", "")
	}
	edit := func(p *piece) {
		y.say("the author edits %s", p.key)
		y.tally.edits++
		y.upload(p)
	}
	publish := func(p *piece) { // what was a draft
		p.front = strings.Replace(p.front, "draft: true\n", "", 1)
		edit(p)
		y.goes(p)
	}
	never := func(p *piece) { p.live, p.instant, p.ready = span{}, span{}, span{} }
	y.add(some(), "now", "")
	y.add(some(), "digest", "")
	y.add(some(), "none", "")
	y.add(some(2*day), "", "draft: true\n", chore{0, never}, chore{2 * day, publish})
	y.add(some(26*time.Hour), "", "", chore{4 * time.Minute, edit}, chore{26 * time.Hour, edit})
	y.add(some(30*time.Hour), "", "", chore{30 * time.Hour, y.renameTo})
	y.add(some(), "", "", chore{5 * time.Minute, func(p *piece) { y.take(p); never(p) }})
	y.add(some(3*time.Hour, 9*day), "", "", chore{3 * time.Hour, y.take}, chore{9 * day, y.putBack})
	// One for the future: its minute comes with the tick.
	at, then := some(), some().Truncate(time.Minute)
	for !then.After(at) {
		at, then = some(), some().Truncate(time.Minute)
	}
	y.add(at, "", "date: "+then.Format(time.RFC3339)+"\n", chore{0, never}, chore{then.Sub(at), func(p *piece) {
		y.goes(p)
		p.live.to, p.instant.to = p.live.to.Add(time.Minute), p.instant.to.Add(time.Minute)
		y.tick(then)
		y.tick(then.Add(time.Minute))
	}})
	// One that was written long ago is held, until its author says that it may go.
	at = some(20 * time.Hour)
	y.add(at, "", "date: "+at.Add(-6*day).UTC().Format(time.RFC3339)+"\n", chore{0, never}, chore{20 * time.Hour, func(p *piece) {
		y.say("the author releases %s", p.key)
		y.releaseAll()
		y.goes(p)
		p.instant.from = time.Now()
		p.ready = p.instant
		y.tick(time.Now())
	}})
	for len(y.pieces) < y.of.posts {
		y.add(some(), "", "")
	}
	// In the first weeks Mailgun takes few recipients a request.
	y.mailgun.limit = 60
	y.note(y.of.begin.Add(21*day), func() { y.mailgun.limit = 0 })
}

// take deletes a post.
func (y *year) take(p *piece) {
	y.say("the author deletes %s", p.key)
	y.tally.deletions++
	y.desk.remove(p.key)
	p.away = append(p.away, span{time.Now(), y.of.end})
}

// putBack uploads a deleted post again, as it was.
func (y *year) putBack(p *piece) {
	y.say("the author brings %s back", p.key)
	y.desk.put(p.key, y.desk.bin[p.key])
	p.away[len(p.away)-1].to = time.Now()
}

// renameTo gives a post's file another name: copies, and then deletes.
func (y *year) renameTo(p *piece) {
	text := *y.desk.files[p.key]
	from := p.key
	text.slug = "renamed"
	p.key = "posts/renamed.md"
	y.say("the author renames %s to %s", from, p.key)
	y.tally.renames++
	y.desk.put(p.key, &text)
	y.desk.remove(from)
}

// dues are the moments around which something is mailed.
func (y *year) dues() []time.Time {
	return slices.Concat(y.planned, y.weekly, y.monthly)
}
