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
}
