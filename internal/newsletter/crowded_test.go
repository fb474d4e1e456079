package newsletter

import (
	"strings"
	"testing"
	"time"
)

func TestTheAuthorHearsOfManySignups(t *testing.T) {
	p := heardPlace(t)
	p.settings = strings.Replace(p.settings, "newsletter:\n", "newsletter:\n  max_signups_per_hour: 40\n", 1)
	p.save()
	n := p.engine()
	for range 2 {
		if err := n.TellCrowded(t.Context(), p.clock.now()); err != nil {
			t.Fatal(err)
		}
		p.clock.forward(time.Minute)
	}
	p.ticks(n)
	got := p.letters()
	if len(got) != 1 || got[0].subject != "Very many people ask to subscribe" || !strings.Contains(strings.Join(strings.Fields(got[0].text), " "), "more than 40 people asked") {
		t.Errorf("mails to the author: %+v", got)
	}
	// Who died before writing down that it was said says it again.
	for day, want := range []int{1, 2} {
		p.clock.forward(time.Duration(day) * 24 * time.Hour)
		if err := n.TellCrowded(t.Context(), p.clock.now()); err != nil {
			t.Fatal(err)
		}
		p.ticks(n)
		if got := p.letters(); len(got) != want {
			t.Errorf("%d mails to the author, want %d", len(got), want)
		}
	}
}
