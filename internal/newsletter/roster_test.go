package newsletter

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/pennypost/pennypost/internal/audience"
)

// uidOf makes a well-formed uid of a number; numbers sort like their uids.
func uidOf(n int) string { return fmt.Sprintf("%02x%010d", n%256, n) }

// TestRosterGroupsByExactlyWhatIsOwed compares the roster with maps: whatever was
// added, twice, in any order, under uids people had before, and left out by earlier
// lists, everybody is on the list once, in the group of exactly the posts they are
// still owed.
func TestRosterGroupsByExactlyWhatIsOwed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		posts := make([]string, rapid.IntRange(1, 70).Draw(t, "posts"))
		for k := range posts {
			posts[k] = fmt.Sprintf("p%02d", k)
		}
		want := map[string]map[string]bool{}
		r := newRoster(posts)
		former := map[string]string{} // former uid → the one now
		people := rapid.SliceOfNDistinct(rapid.IntRange(0, 2000), 0, 40, rapid.ID[int]).Draw(t, "people")
		for _, n := range people {
			uid := uidOf(n)
			owed := make(bits, (len(posts)+63)/64)
			set := map[string]bool{}
			for _, k := range rapid.SliceOfN(rapid.IntRange(0, len(posts)-1), 0, 5).Draw(t, "owed") {
				owed.set(k)
				set[posts[k]] = true
			}
			s := &audience.Subscriber{UID: uid}
			if rapid.IntRange(0, 4).Draw(t, "moved") == 0 {
				old := uidOf(n + 5000)
				s.Former = []string{old}
				former[old] = uid
				if rapid.Bool().Draw(t, "seen before the move") {
					r.add(&audience.Subscriber{UID: old}, owed)
				}
			}
			r.add(s, owed)
			if len(set) > 0 {
				want[uid] = set
			} else {
				delete(former, uidOf(n+5000))
			}
			if len(set) > 0 && rapid.IntRange(0, 9).Draw(t, "twice") == 0 {
				r.add(s, owed)
			}
		}
		r.sort()

		earlier := newRoster(posts)
		taken := map[string][]string{}
		for _, n := range people {
			if rapid.Bool().Draw(t, "had it") {
				uid := uidOf(n)
				if old := uidOf(n + 5000); former[old] == uid && rapid.Bool().Draw(t, "under the old uid") {
					uid = old
				}
				had := make(bits, (len(posts)+63)/64)
				for _, k := range rapid.SliceOfN(rapid.IntRange(0, len(posts)-1), 1, 5).Draw(t, "had") {
					had.set(k)
					taken[uidOf(n)] = append(taken[uidOf(n)], posts[k])
				}
				earlier.add(&audience.Subscriber{UID: uid}, had)
			}
		}
		earlier.sort()
		r.subtract(earlier.list("post-x", "f"))
		for uid, had := range taken {
			for _, p := range had {
				delete(want[uid], p)
			}
		}

		text, err := r.list("weekly-2026-W48", "f").encode()
		if err != nil {
			t.Fatal(err)
		}
		l, err := decodeList(text)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]map[string]bool{}
		for _, g := range l.head.Groups {
			last := ""
			for at := g.From; at < g.To; at++ {
				uid := l.place(at)
				if got[uid] != nil {
					t.Fatalf("%s is on the list twice", uid)
				}
				if uid <= last {
					t.Fatalf("%s comes after %s", uid, last)
				}
				if l.find(g, uid) != at || !l.holds(uid) {
					t.Fatalf("%s is not found", uid)
				}
				last = uid
				got[uid] = map[string]bool{}
				for _, p := range g.Posts {
					got[uid][p] = true
				}
			}
		}
		for uid, set := range want {
			if len(set) == 0 {
				delete(want, uid)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("got  %v\nwant %v", got, want)
		}
		ids := map[string]bool{}
		for _, g := range l.head.Groups {
			if ids[g.Group] {
				t.Fatalf("two groups are called %s", g.Group)
			}
			ids[g.Group] = true
		}
	})
}

func TestListRefusesDamage(t *testing.T) {
	good := `{"version":1,"issue":"post-x","freeze":"f","total":2,"groups":[{"group":"a","from":0,"to":2,"posts":["x"]}]}` + "\n" + uidOf(1) + "\n" + uidOf(2) + "\n"
	if _, err := decodeList([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"empty":          "",
		"cut":            good[:len(good)-1],
		"a row missing":  good[:len(good)-row],
		"a row too many": good + uidOf(3) + "\n",
		"newer":          `{"version":9}` + "\n",
		"a gap":          `{"version":1,"total":2,"groups":[{"from":1,"to":2}]}` + "\n" + uidOf(1) + "\n" + uidOf(2) + "\n",
		"no group":       `{"version":1,"total":1}` + "\n" + uidOf(1) + "\n",
		"too long group": `{"version":1,"total":1,"groups":[{"from":0,"to":7}]}` + "\n" + uidOf(1) + "\n",
		"negative":       `{"version":1,"total":-1}` + "\n",
	} {
		if _, err := decodeList([]byte(text)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// FuzzStateObjects: whatever bytes lie in the bucket, reading them either fails or
// gives something whose every operation holds.
func FuzzStateObjects(f *testing.F) {
	f.Add([]byte(`{"version":1,"freeze":"f","total":10,"cursor":8,"todo":[{"from":0,"to":2}],"inflight":[{"from":2,"to":4,"attempt":1}],"counts":{}}`))
	f.Add([]byte(`{"version":1,"issues":{"post-a":{"state":"waiting","next":"2026-11-23T13:00:00Z"}},"freezing":{"issue":"post-a","nonce":"n"},"digests":{"weekly":{"mark":3}}}`))
	f.Add([]byte(`{"version":1,"id":"post-a","kind":"post","post":"a","state":"sending","freeze":"f"}`))
	f.Add([]byte(`{"version":1,"limit":10,"minutes":{"29923990":5}}`))
	f.Add([]byte(`{"version":1,"issue":"post-x","freeze":"f","total":1,"groups":[{"group":"a","from":0,"to":1,"posts":["x"]}]}` + "\n" + uidOf(1) + "\n"))
	f.Add([]byte(`{"version":1,"issue":"post-a","freeze":"f","begun":"2026-11-23T13:00:00Z","closed":"2026-11-23T13:00:09Z","counts":{"sent":3}}`))
	f.Add([]byte(`{"version":1,"news":{"post-a":{"state":"held","at":"2026-11-23T13:00:00Z"}},"mailed":"2026-11-23T13:00:09Z"}`))
	f.Add([]byte(`{"version":2,"issue":"post-a"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		seen, told := &witness{}, &notice{}
		for _, v := range []state{seen, told} {
			if decode("k", body, v) != nil {
				continue
			}
			again, err := encode(v, "n")
			if err == nil && decode("k", again, v) != nil {
				t.Fatalf("%T: what was written cannot be read", v)
			}
		}
		p := &progress{}
		if decode("k", body, p) == nil {
			parts := []part{{From: 0, To: p.Total}}
			for range 3 {
				p.take(parts, 4, 3, 10, monday, "by", "me")
				if err := p.check(); err != nil {
					t.Fatalf("after claiming: %v", err)
				}
			}
			p.abandon(func(claim) bool { return true }, monday)
			for _, c := range slices.Clone(p.Uncertain) {
				p.release(c)
				p.fail(c, "why")
			}
			if err := p.check(); err != nil {
				t.Fatalf("after failing: %v", err)
			}
		}
		if l, err := decodeList(body); err == nil {
			for at := range min(l.head.Total, 10) {
				l.holds(l.place(at))
			}
		}
		i, o, s := &Issue{}, &outbox{}, &sending{}
		if decode("k", body, i) == nil {
			_ = i.release(monday)
			i.hold("why", monday)
			_ = i.cancel(monday)
		}
		if decode("k", body, o) == nil {
			o.put("post-a", hint{State: Waiting})
			o.carry(Weekly, []string{"a"})
		}
		if decode("k", body, s) == nil {
			s.reserve(3, monday)
			s.next(10, 100, monday)
		}
	})
}
