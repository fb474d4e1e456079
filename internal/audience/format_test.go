package audience

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/store"
)

// storedShard is a shard as the first version of this program writes it. A later
// one may write more, but must always read this.
const storedShard = `{"version":1,"generation":8,"nonce":"303132333435363738396162",
"subscribers":[
{"uid":"a30123456780","email":"anna@example.org","name":"Anna","status":"active","cadence":"weekly","topics":["books"],"since":"2024-05-01T12:00:00Z","asked":"2024-05-01T12:00:00Z","confirmed":"2024-05-01T12:00:00.25Z","paused":"2024-06-01T12:00:00Z","consent":{"at":"2024-05-01T12:00:00Z","page":"/blog/x/","shown":"Send me mail.","source":"form"},"history":[{"at":"2024-05-02T12:00:00Z","from":"each","to":"weekly"}],"former":["000123456780"]},
{"uid":"a301234567a0","status":"moved","cadence":"each","since":"2024-05-01T12:00:00Z","asked":"2024-05-01T12:00:00Z","confirmed":"2024-05-01T12:00:00Z","consent":{"at":"0001-01-01T00:00:00Z"},"moved_to":"000123456780","moved_at":"2024-05-03T12:00:00Z","hash":"a3000000000000000000000000000000"},
{"uid":"a301234567c0","email":"bert@example.org","status":"complained","cadence":"monthly","since":"2024-05-01T12:00:00Z","asked":"2024-05-01T12:00:00Z","confirmed":"2024-05-01T12:00:00Z","consent":{"at":"2024-05-01T12:00:00Z","source":"import of list.csv"},"left_at":"2024-05-04T12:00:00Z","bounced_at":"2024-05-05T12:00:00Z","complained_at":"2024-05-06T12:00:00Z"}],
"marks":{"a3010000000000000000000000000000":{"erased":"2024-05-01T12:00:00Z"}}
}
`

func TestShardFormatStays(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2024, 5, n, 12, 0, 0, 0, time.UTC) }
	s := &shard{Generation: 7, Subscribers: []Subscriber{
		{
			UID: "a30123456780", Email: "anna@example.org", Name: "Anna", Status: Active, Cadence: Weekly, Topics: []string{"books"},
			Since: day(1), Asked: day(1), Confirmed: day(1).Add(250 * time.Millisecond), Paused: day(32),
			Consent: Consent{At: day(1), Page: "/blog/x/", Shown: "Send me mail.", Source: "form"},
			History: []CadenceChange{{At: day(2), From: Each, To: Weekly}}, Former: []string{"000123456780"},
		},
		{
			UID: "a301234567a0", Status: Moved, Cadence: Each, Since: day(1), Asked: day(1), Confirmed: day(1),
			MovedTo: "000123456780", MovedAt: day(3), Hash: "a3000000000000000000000000000000",
		},
		{
			UID: "a301234567c0", Email: "bert@example.org", Status: Complained, Cadence: Monthly, Since: day(1), Asked: day(1), Confirmed: day(1),
			Consent: Consent{At: day(1), Source: "import of list.csv"}, LeftAt: day(4), BouncedAt: day(5), ComplainedAt: day(6),
		},
	}}
	s.mark(Fingerprint{0xa3, 1}, func(m *mark) { m.Erased = day(1) })
	body, err := s.encode(bytes.NewReader([]byte("0123456789abcdef")))
	if err != nil || string(body) != storedShard {
		t.Errorf("%v, written as\n%s\nnot\n%s", err, body, storedShard)
	}
	got, err := decodeShard(0xa3, []byte(storedShard))
	if err != nil || !reflect.DeepEqual(got, s) {
		t.Errorf("%v, read as\n%s\nnot\n%s", err, dump(got), dump(s))
	}
}

func TestKeysFormatStays(t *testing.T) {
	const stored = `{"version":1,"generation":2,"nonce":"x","identity":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=","tokens":[` +
		`{"id":1,"key":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=","since":"2024-05-01T12:00:00Z"},` +
		`{"id":2,"key":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=","since":"2024-05-02T12:00:00Z"}]}`
	ring, err := decodeKeys([]byte(stored))
	if err != nil || len(ring.Tokens) != 2 {
		t.Fatal(err)
	}
	// The hash of an address is in keys all over the bucket.
	if got := ring.fingerprint("Anna@example.org").String(); got != fixedFingerprint {
		t.Errorf("the fingerprint is now %s, it was %s", got, fixedFingerprint)
	}
	for _, damaged := range []string{
		``, `{}`, `null`, `{"version":1}`, stored[:len(stored)-1],
		`{"version":1,"identity":"AAAA","tokens":[]}`,
		`{"version":1,"identity":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=","tokens":[]}`,
		`{"version":1,"identity":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=","tokens":[{"id":2,"key":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}]}`,
		`{"version":2,"identity":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=","tokens":[{"id":1,"key":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}]}`,
	} {
		if _, err := decodeKeys([]byte(damaged)); err == nil {
			t.Errorf("took %s", damaged)
		}
	}
}

// TestLeavingFormatStays: a leaving is all in its key. Those without a number in the body
// are format 1 too, and what looks otherwise keeps everybody from being mailed.
func TestLeavingFormatStays(t *testing.T) {
	a, c := newAudience(t)
	s := confirm(t, a, ask(c, "anna@example.org", Each))
	c.turn(time.Hour)
	if err := a.Leave(t.Context(), s.UID, c.now()); err != nil {
		t.Fatal(err)
	}
	noted, _, err := a.state.List(t.Context(), leftPrefix, "", 10)
	if err != nil || len(noted) != 1 {
		t.Fatalf("%v, %v", noted, err)
	}
	ring, err := a.keys(t.Context(), keysFor)
	if err != nil {
		t.Fatal(err)
	}
	if want := "left/" + c.now().UTC().Format("20060102T150405.000Z") + "-" + ring.fingerprint("anna@example.org").String(); noted[0].Key != want {
		t.Errorf("noted as %s, not %s", noted[0].Key, want)
	}
	if _, body, err := a.state.Get(t.Context(), noted[0].Key, store.Cond{}); err != nil || string(body) != `{"version":1}`+"\n" {
		t.Errorf("%q, %v", body, err)
	}

	if err := a.Complain(t.Context(), "anna@example.org", c.turn(time.Hour)); err != nil {
		t.Fatal(err)
	}
	noted, _, err = a.state.List(t.Context(), leftPrefix, noted[0].Key, 10)
	if err != nil || len(noted) != 1 {
		t.Fatalf("%v, %v", noted, err)
	}
	if _, body, err := a.state.Get(t.Context(), noted[0].Key, store.Cond{}); err != nil || string(body) != `{"version":1,"how":"complained"}`+"\n" {
		t.Errorf("%q, %v", body, err)
	}

	create := func(key string) {
		if _, err := a.state.Create(t.Context(), key, []byte("{}\n"), store.Header{}); err != nil {
			t.Fatal(err)
		}
	}
	create("left/20240501T120000.000Z-a3010000000000000000000000000000") // as the first ones were written
	create("left/")
	left, err := a.Left(t.Context(), time.Time{})
	if err != nil || left.Len() != 2 || !left.Has(&s) {
		t.Fatalf("%d leavings, %v", left.Len(), err)
	}
	create("left/v2-20270501120000-a3010000000000000000000000000000-button")
	for _, since := range []time.Time{{}, c.now(), c.now().AddDate(5, 0, 0)} {
		if _, err := a.Left(t.Context(), since); err == nil || !strings.Contains(err.Error(), "update pennypost") {
			t.Errorf("read since %v as if it were understood: %v", since, err)
		}
	}
}

// fixedFingerprint is the start of HMAC-SHA256(identity, "address\x00anna@example.org"),
// made with another program.
const fixedFingerprint = "f4c53ee0eb5545800f51dfbcafa507ed"
