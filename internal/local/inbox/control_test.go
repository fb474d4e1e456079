package inbox_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mailgun/mailgun-go/v4"

	"github.com/pennypost/pennypost/internal/local/inbox"
)

func control(t testing.TB, base, program string) {
	t.Helper()
	resp, err := http.Post(base+"/control", "application/json", strings.NewReader(program))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Fatalf("%s: %d", program, resp.StatusCode)
	}
}

func TestMisbehaviour(t *testing.T) {
	for _, c := range []struct {
		program string
		status  int // of mailgun-go's error; -1: no answer it could read; 0: success
		words   string
		kept    int
	}{
		{`{"next":[{"do":"420"}]}`, 420, "try again after Mon, 23 Nov 2026 12:01:00 UTC", 0},
		{`{"next":[{"do":"429","text":"slow"}]}`, 429, "slow", 0},
		{`{"next":[{"do":"401"}]}`, 401, "Forbidden", 0},
		{`{"next":[{"do":"402"}]}`, 402, "Payment Required", 0},
		{`{"next":[{"do":"403"}]}`, 403, "not allowed", 0},
		{`{"next":[{"do":"413"}]}`, 413, "Too Large", 0},
		{`{"next":[{"do":"500"}]}`, 500, "Internal", 2},
		{`{"next":[{"do":"503"}]}`, 503, "Unavailable", 0},
		{`{"next":[{"do":"cut"}]}`, -1, "unexpected EOF", 2},
		{`{"next":[{"do":"drop"}]}`, -1, "EOF", 0},
		{`{"next":[{"do":"garbage"}]}`, -1, "invalid character", 2},
		{`{"limit":1}`, 400, "Too many recipients; max is 1", 0},
		{`{"limit":2}`, 0, "", 2},
		{`{"per_hour":1}`, 420, "try again after", 0},
		{`{"chances":{"500":1}}`, 500, "", 2},
		{`{"next":[{"do":"ok","delay":"10ms"}],"delay":"10ms"}`, 0, "", 2},
	} {
		base, mg := opened(t, inbox.Options{})
		control(t, base, c.program)
		_, _, err := mg.Send(context.Background(), letter(2))
		if c.status == 0 {
			if err != nil {
				t.Errorf("%s: %v", c.program, err)
			}
		} else if err == nil || mailgun.GetStatusFromErr(err) != c.status || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %v", c.program, err)
		}
		if n := len(list(t, base, "")); n != c.kept {
			t.Errorf("%s: %d kept, want %d", c.program, n, c.kept)
		}
		control(t, base, `{"reset":true}`)
		if _, _, err := mg.Send(context.Background(), letter(2)); err != nil {
			t.Errorf("%s: not over after a reset: %v", c.program, err)
		}
	}
}

func TestProgramIsFollowedInOrder(t *testing.T) {
	base, mg := opened(t, inbox.Options{})
	control(t, base, `{"next":[{"do":"420","times":2},{"do":"ok"},{"do":"500"}]}`)
	var got []int
	for range 5 {
		_, _, err := mg.Send(context.Background(), letter(1))
		got = append(got, mailgun.GetStatusFromErr(err))
	}
	if fmt.Sprint(got) != "[420 420 -1 500 -1]" {
		t.Errorf("answers %v", got)
	}
	var state struct{ Accepted, Refused, Lied, Recipients int }
	if err := json.Unmarshal([]byte(get(t, base+"/control", 200)), &state); err != nil {
		t.Fatal(err)
	}
	if state.Accepted != 3 || state.Refused != 2 || state.Lied != 1 || state.Recipients != 3 {
		t.Errorf("counted %+v", state)
	}
}

func TestHourlyLimitEnds(t *testing.T) {
	now := testNow
	base, mg := opened(t, inbox.Options{Now: func() time.Time { return now }})
	control(t, base, `{"per_hour":3}`)
	send := func() int {
		_, _, err := mg.Send(context.Background(), letter(2))
		return mailgun.GetStatusFromErr(err)
	}
	if first, second := send(), send(); first != -1 || second != 420 {
		t.Errorf("answers %d, %d", first, second)
	}
	now = now.Add(time.Hour)
	if third := send(); third != -1 {
		t.Errorf("an hour later: %d", third)
	}
}

func TestLogMisbehaves(t *testing.T) {
	base, mg := opened(t, inbox.Options{})
	if _, _, err := mg.Send(context.Background(), letter(1)); err != nil {
		t.Fatal(err)
	}
	ask := func() (int, error) {
		var page []mailgun.Event
		it := mg.ListEvents(&mailgun.ListEventOptions{})
		it.Next(context.Background(), &page)
		return len(page), it.Err()
	}
	if n, err := ask(); n != 2 || err != nil {
		t.Errorf("as it should: %d, %v", n, err)
	}
	control(t, base, `{"log":"empty"}`)
	if n, err := ask(); n != 0 || err != nil {
		t.Errorf("empty: %d, %v", n, err)
	}
	control(t, base, `{"log":"401"}`)
	if _, err := ask(); mailgun.GetStatusFromErr(err) != 401 {
		t.Errorf("401: %v", err)
	}
}

func TestProgramsAreChecked(t *testing.T) {
	base, _ := opened(t, inbox.Options{})
	for _, program := range []string{`{"next":[{"do":"dance"}]}`, `{"nxt":[]}`, `{"delay":"soon"}`, `{"chances":{"200":1}}`, `[`} {
		resp, err := http.Post(base+"/control", "application/json", strings.NewReader(program))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != 400 {
			t.Errorf("%s: %d", program, resp.StatusCode)
		}
	}
}
