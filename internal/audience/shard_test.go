package audience

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestShardReadsWhatItWrites(t *testing.T) {
	s := &shard{}
	at := time.Date(2024, 5, 1, 12, 0, 0, 123e6, time.UTC)
	for i := range 12 {
		uid, _ := newUID(7, rand.Reader)
		r := Subscriber{UID: uid, Email: fmt.Sprintf("reader%d@example.org", i), Cadence: Weekly, Since: at, Asked: at, Confirmed: at,
			Topics: []string{"books"}, Consent: Consent{At: at, Page: "/blog/<x>/", Shown: "yes & “ok”"}}
		r.settle()
		s.insert(r)
	}
	s.mark(Fingerprint{7, 1, 2}, func(m *mark) { m.Erased = at })
	body, err := s.encode(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(body) {
		t.Fatalf("not JSON:\n%s", body)
	}
	back, err := decodeShard(7, body)
	if err != nil || !reflect.DeepEqual(back, s) {
		t.Fatalf("read back %v\n%+v\nwant\n%+v", err, back, s)
	}
	again, _ := s.encode(rand.Reader)
	if string(again) == string(body) || back.Generation+1 != s.Generation {
		t.Error("two writings of the same are the same bytes")
	}
	// Cut anywhere, it is an error: what is missing would be lost at the next write.
	for n := range len(body) - 1 {
		if _, err := decodeShard(7, body[:n]); err == nil {
			t.Fatalf("read %d of %d bytes as a whole shard", n, len(body))
		} else if strings.Contains(err.Error(), "@") {
			t.Fatalf("the error quotes an address: %v", err)
		}
	}
	if _, err := decodeShard(8, body); err == nil {
		t.Error("took another shard's records")
	}
}

func TestShardOfAnotherVersion(t *testing.T) {
	var newer *VersionError
	if _, err := decodeShard(0, []byte(`{"version":2,"subscribers":[]}`)); !errors.As(err, &newer) || newer.Version != 2 {
		t.Errorf("a newer shard: %v", err)
	}
	// Fields a later program of the same version adds do not disturb.
	s, err := decodeShard(0, []byte(`{"version":1,"colour":"red","subscribers":[{"uid":"000000000000","email":"a@example.org","cadence":"each","x":1}]}`))
	if err != nil || len(s.Subscribers) != 1 || s.Subscribers[0].Status != Active {
		t.Errorf("an extended shard: %+v, %v", s, err)
	}
	for _, bad := range []string{
		``, `null`, `[]`, `{}`, `{"version":0}`, `{"version":-1}`, `{"version":1} x`, `{"version":1}{}`,
		`{"version":1,"subscribers":[{"uid":"000000000000","email":"","cadence":"each"}]}`,
		`{"version":1,"subscribers":[{"uid":"000000000000","email":"a@b.c\r\nBcc: x@y.z","cadence":"each"}]}`,
		`{"version":1,"subscribers":[{"uid":"000000000000","email":"a@b.c","cadence":"hourly"}]}`,
		`{"version":1,"subscribers":[{"uid":"010000000000","email":"a@b.c","cadence":"each"}]}`,
		`{"version":1,"subscribers":[{"uid":"000000000000","email":"a@b.c","cadence":"each"},{"uid":"000000000000","email":"d@b.c","cadence":"each"}]}`,
		`{"version":1,"subscribers":[{"uid":"000000000000","cadence":"each","moved_to":"nowhere"}]}`,
		`{"version":1,"marks":{"ff":{}}}`,
	} {
		if _, err := decodeShard(0, []byte(bad)); err == nil {
			t.Errorf("took %s", bad)
		}
	}
}

// What the scanner reads, encoding/json reads the same; and it does read what we write.
func FuzzScanner(f *testing.F) {
	at := time.Date(2024, 2, 29, 12, 0, 0, 120e6, time.UTC)
	s := &shard{}
	for i, r := range []Subscriber{
		{Email: "a@example.org", Cadence: Each, Since: at, Asked: at, Confirmed: at},
		{Email: "ü@example.org", Name: "Zoë", Cadence: Weekly, Topics: []string{"books", "x"}, Paused: at, Chosen: at, LeftAt: at, BouncedAt: at, Consent: Consent{At: at, Page: "/", Shown: "“Yes”", Source: "form"}},
		{Email: "b@example.org", Name: `a "quoted" \ name`, Cadence: Monthly, History: []CadenceChange{{At: at, From: Each, To: Weekly}}, Former: []string{"000000000000"}},
		{Cadence: Monthly, MovedTo: "000000000000", MovedAt: at, Hash: "x"},
	} {
		r.UID = fmt.Sprintf("00000000000%d", 2*i)
		r.settle()
		s.insert(r)
	}
	for range 3 {
		body, err := s.encode(rand.Reader)
		if err != nil {
			f.Fatal(err)
		}
		if _, ok := scanShard(body); !ok {
			f.Fatalf("the scanner does not read\n%s", body)
		}
		f.Add(body)
		s.Subscribers = s.Subscribers[:len(s.Subscribers)/2]
		s.mark(Fingerprint{}, func(m *mark) { m.Left = at })
	}
	f.Add([]byte("{\"version\":1,\n\"subscribers\":[\n{\"uid\":\"x\",\"since\":\"2023-02-29T24:00:00.5Z\"}]}"))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, ok := scanShard(body)
		if !ok {
			return
		}
		want := &shard{}
		if err := json.Unmarshal(body, want); err != nil {
			t.Fatalf("read as %+v: %v", got, err)
		}
		if len(got.Subscribers) == 0 && len(want.Subscribers) == 0 {
			got.Subscribers, want.Subscribers = nil, nil
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("read as\n%+v\nnot\n%+v", dump(got), dump(want))
		}
	})
}

// dump is a shard with all it holds, for reading by people.
func dump(s *shard) string {
	type plain Subscriber
	var b strings.Builder
	fmt.Fprintf(&b, "%d %d %q %v", s.Version, s.Generation, s.Nonce, s.Marks)
	for _, r := range s.Subscribers {
		fmt.Fprintf(&b, "\n%#v", plain(r))
	}
	return b.String()
}

func FuzzShard(f *testing.F) {
	f.Add([]byte(`{"version":1,"generation":1,"nonce":"x","subscribers":[{"uid":"000000000000","email":"a@example.org","cadence":"each"}]}`))
	f.Add([]byte(`{"version":1,"marks":{"00000000000000000000000000000000":{"erased":"2024-01-01T00:00:00Z"}}}`))
	f.Add([]byte(`{"version":9}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := decodeShard(0, body)
		if err != nil {
			if strings.Contains(err.Error(), "@") {
				t.Errorf("the error holds an address: %v", err)
			}
			return
		}
		out, err := s.encode(rand.Reader)
		if err != nil {
			t.Skip() // a time outside JSON's range
		}
		back, err := decodeShard(0, out)
		if err != nil || len(back.Subscribers) != len(s.Subscribers) || len(back.Marks) != len(s.Marks) {
			t.Errorf("not read back: %v", err)
		}
	})
}

// Endings and wishes in any order give the same state.
func TestStateDoesNotDependOnOrder(t *testing.T) {
	type event struct {
		what string
		at   time.Time
	}
	start := time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)
	apply := func(s *Subscriber, e event) {
		switch e.what {
		case "ask":
			s.Asked = later(s.Asked, e.at)
		case "leave":
			s.LeftAt = later(s.LeftAt, e.at)
		case "bounce":
			s.BouncedAt = later(s.BouncedAt, e.at)
		case "complain":
			s.ComplainedAt = later(s.ComplainedAt, e.at)
		}
		s.settle()
	}
	rapid.Check(t, func(r *rapid.T) {
		events := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) event {
			return event{rapid.SampledFrom([]string{"ask", "leave", "bounce", "ask", "leave", "complain"}).Draw(r, "what"),
				start.Add(time.Duration(rapid.IntRange(0, 9).Draw(r, "hour")) * time.Hour)}
		}), 1, 8).Draw(r, "events")
		one, other := Subscriber{Asked: start}, Subscriber{Asked: start}
		for _, e := range events {
			apply(&one, e)
		}
		for _, e := range rapid.Permutation(events).Draw(r, "order") {
			apply(&other, e)
			apply(&other, e)
		}
		if one.Status != other.Status {
			r.Fatalf("%v: %s, in another order %s", events, one.Status, other.Status)
		}
	})
}

func TestCadenceAt(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2024, 5, n, 0, 0, 0, 0, time.UTC) }
	s := Subscriber{Cadence: Each}
	s.setCadence(Weekly, day(3))
	s.setCadence(Weekly, day(4))
	s.setCadence(Monthly, day(5))
	if len(s.History) != 2 {
		t.Fatalf("history %v", s.History)
	}
	for n, want := range map[int]Cadence{1: Each, 2: Each, 3: Weekly, 4: Weekly, 5: Monthly, 6: Monthly} {
		if got := s.CadenceAt(day(n)); got != want {
			t.Errorf("on day %d: %s, want %s", n, got, want)
		}
	}
	for i := range 1000 {
		s.setCadence(Cadences[i%3], day(6).Add(time.Duration(i)*time.Minute))
	}
	if len(s.History) != historyMax {
		t.Errorf("the history has %d changes", len(s.History))
	}
	s.setCadence(Weekly, day(6).AddDate(1, 0, 0))
	s.setCadence(Each, day(7).AddDate(1, 0, 0))
	if len(s.History) != 2 {
		t.Errorf("a year later the history has %d changes", len(s.History))
	}
}

func TestPrintingASubscriberShowsNoAddress(t *testing.T) {
	s := Subscriber{UID: "000000000000", Email: "anna@example.org", Name: "Anna"}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, v := range []any{s, &s, []Subscriber{s}} {
			if out := fmt.Sprintf(format, v); strings.Contains(out, "@") || strings.Contains(out, "Anna") {
				t.Errorf("%s of %T prints %s", format, v, out)
			}
		}
	}
}
