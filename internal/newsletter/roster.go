package newsletter

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/pennypost/pennypost/internal/audience"
)

// roster gathers whom an issue is for. A million people fit into some 30 MB: each
// is a uid and the number of a set of posts.
type roster struct {
	posts []string
	uids  []byte   // row-wise uids without line breaks, in the order they were added
	sets  []uint32 // for each person, which set of posts they are owed
	// known are the sets that occur; index finds them by their bits as text.
	known   []bits
	index   map[string]uint32
	without map[[2]uint32]uint32 // (set, post) → the set without that post
	// former leads from uids that moved to the place of who they are now.
	former map[string]int
	moved  map[int]bool // places that have former uids
}

// bits is a set of posts by their number in an issue.
type bits []uint64

func (b bits) has(n int) bool { return b[n/64]>>(n%64)&1 == 1 }
func (b bits) set(n int)      { b[n/64] |= 1 << (n % 64) }
func (b bits) clear(n int)    { b[n/64] &^= 1 << (n % 64) }
func (b bits) empty() bool    { return !slices.ContainsFunc(b, func(w uint64) bool { return w != 0 }) }

func (b bits) text() string {
	var t strings.Builder
	for _, w := range b {
		for i := range 8 {
			t.WriteByte(byte(w >> (8 * i)))
		}
	}
	return t.String()
}

func newRoster(posts []string) *roster {
	return &roster{posts: posts, index: map[string]uint32{}, without: map[[2]uint32]uint32{}, former: map[string]int{}, moved: map[int]bool{}}
}

func (r *roster) len() int { return len(r.sets) }

func (r *roster) uid(n int) string {
	return string(r.uids[n*audience.UIDLen : (n+1)*audience.UIDLen])
}

// intern gives a set of posts its number.
func (r *roster) intern(b bits) uint32 {
	t := b.text()
	if n, ok := r.index[t]; ok {
		return n
	}
	n := uint32(len(r.known))
	r.known = append(r.known, slices.Clone(b))
	r.index[t] = n
	return n
}

// add takes somebody in who is owed a set of posts. The set is copied.
func (r *roster) add(s *audience.Subscriber, owed bits) {
	if owed.empty() || len(s.UID) != audience.UIDLen {
		return
	}
	n := r.len()
	for _, f := range s.Former {
		r.former[f] = n
		r.moved[n] = true
	}
	r.uids = append(r.uids, s.UID...)
	r.sets = append(r.sets, r.intern(owed))
}

// find is the place of a uid among the first n, which are sorted; -1 if it is not there.
func (r *roster) find(uid []byte, sorted int) int {
	lo, hi := 0, sorted
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		switch c := bytes.Compare(r.uids[mid*audience.UIDLen:(mid+1)*audience.UIDLen], uid); {
		case c < 0:
			lo = mid + 1
		case c > 0:
			hi = mid
		default:
			return mid
		}
	}
	return -1
}

// drop takes a post from what somebody is owed.
func (r *roster) drop(place, post int) {
	old := r.sets[place]
	if !r.known[old].has(post) {
		return
	}
	key := [2]uint32{old, uint32(post)}
	set, ok := r.without[key]
	if !ok {
		b := slices.Clone(r.known[old])
		b.clear(post)
		set = r.intern(b)
		r.without[key] = set
	}
	r.sets[place] = set
}

// dropAll takes a post from everybody.
func (r *roster) dropAll(post int) {
	for place := range r.sets {
		r.drop(place, post)
	}
}

// subtract leaves out whoever an earlier list already holds for a post, under the
// uid they have now or one they had. Everybody must have been added in order.
func (r *roster) subtract(earlier *list) {
	for _, g := range earlier.head.Groups {
		var numbers []int
		for _, p := range g.Posts {
			if n := slices.Index(r.posts, p); n >= 0 {
				numbers = append(numbers, n)
			}
		}
		if len(numbers) == 0 {
			continue
		}
		for at := g.From; at < g.To; at++ {
			uid := earlier.body[at*row : at*row+audience.UIDLen]
			place := r.find(uid, r.len())
			if place < 0 && len(r.former) > 0 {
				if n, ok := r.former[string(uid)]; ok {
					place = n
				}
			}
			if place < 0 {
				continue
			}
			for _, n := range numbers {
				r.drop(place, n)
			}
		}
	}
}

// sort puts everybody in the order of uids; whoever is there twice, or both under
// a uid they had and the one they have now, stays once.
func (r *roster) sort() {
	n := r.len()
	gone := make(map[int]bool)
	order := make([]int, n)
	inOrder := true
	for i := range order {
		order[i] = i
		if i > 0 && bytes.Compare(r.uids[(i-1)*audience.UIDLen:i*audience.UIDLen], r.uids[i*audience.UIDLen:(i+1)*audience.UIDLen]) >= 0 {
			inOrder = false
		}
	}
	if len(r.former) > 0 {
		for i := range n {
			if _, ok := r.former[r.uid(i)]; ok {
				gone[i] = true // the record moved while the shards were read
			}
		}
	}
	if inOrder && len(gone) == 0 {
		return
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return bytes.Compare(r.uids[a*audience.UIDLen:(a+1)*audience.UIDLen], r.uids[b*audience.UIDLen:(b+1)*audience.UIDLen])
	})
	uids, sets := make([]byte, 0, len(r.uids)), make([]uint32, 0, n)
	place := make(map[int]int, len(r.moved))
	for _, i := range order {
		uid := r.uids[i*audience.UIDLen : (i+1)*audience.UIDLen]
		if gone[i] {
			continue
		}
		if len(uids) > 0 && bytes.Equal(uids[len(uids)-audience.UIDLen:], uid) {
			place[i] = len(sets) - 1 // there twice: the uids they had lead to the one that stays
			continue
		}
		if r.moved[i] {
			place[i] = len(sets)
		}
		uids, sets = append(uids, uid...), append(sets, r.sets[i])
	}
	r.uids, r.sets = uids, sets
	former, moved := make(map[string]int, len(r.former)), make(map[int]bool, len(r.moved))
	for uid, i := range r.former {
		if at, ok := place[i]; ok {
			former[uid], moved[at] = at, true
		}
	}
	r.former, r.moved = former, moved
}

// list groups everybody by exactly what they are owed, larger sets first.
func (r *roster) list(issue, freeze string) *list {
	counts := make([]int, len(r.known))
	for _, s := range r.sets {
		counts[s]++
	}
	var used []uint32
	for n, b := range r.known {
		if counts[n] > 0 && !b.empty() {
			used = append(used, uint32(n))
		}
	}
	slices.SortFunc(used, func(a, b uint32) int { return strings.Compare(r.known[b].text(), r.known[a].text()) })

	l := &list{head: listHead{Version: version, Issue: issue, Freeze: freeze}}
	next := make([]int, len(r.known))
	for _, n := range used {
		var posts []string
		for i, p := range r.posts {
			if r.known[n].has(i) {
				posts = append(posts, p)
			}
		}
		next[n] = l.head.Total
		to := l.head.Total + counts[n]
		l.head.Groups = append(l.head.Groups, group{part: part{Group: groupID(posts), From: l.head.Total, To: to}, Posts: posts})
		l.head.Total = to
	}
	l.body = make([]byte, l.head.Total*row)
	for i, set := range r.sets {
		if r.known[set].empty() {
			continue
		}
		at := next[set] * row
		copy(l.body[at:], r.uids[i*audience.UIDLen:(i+1)*audience.UIDLen])
		l.body[at+audience.UIDLen] = '\n'
		next[set]++
	}
	return l
}

// groupID names a set of posts in keys.
func groupID(posts []string) string {
	sum := sha256.Sum256([]byte(strings.Join(posts, "\n")))
	return hex.EncodeToString(sum[:8])
}
