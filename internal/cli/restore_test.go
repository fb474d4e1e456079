package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pennypost/pennypost/internal/local"
	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

// TestRestoredWhileMailing puts back a copy of the state that was taken while a post was
// being mailed. Since then that post and another went out, and somebody left. Nobody is
// mailed anything twice; the author hears once what each post came to, and which posts the
// restore affects.
func TestRestoredWhileMailing(t *testing.T) {
	t.Parallel()
	const people = 30
	p := launch(t, "--settle", "1s")
	p.command("audience", "import", "--yes", p.csv(people))
	p.put("posts/site.yaml", "title: Back\nauthor:\n  email: ada@home.example\nnewsletter:\n  max_per_hour: 1000\n  batch: 10\n  address: 1 Mill Lane\n")
	p.receipt("posts/site.yaml", "Published")
	mailed := func(name string) {
		t.Helper()
		p.put("posts/"+name+".md", "# The "+name+" story\n\nWords.\n")
		p.receipt("posts/"+name+".md", "Published", "mailed at")
		p.hears("Mailed: The " + name + " story")
	}
	mailed("first")
	p.put("posts/old.md", "---\ndate: 2019-01-02\n---\n# The old story\n")
	p.hears("Held for you: The old story")
	// One request of four is taken.
	p.tell(`{"next":[{"do":"ok"},{"do":"403","times":9}]}`)
	p.put("posts/second.md", "# The second story\n\nWords.\n")
	p.hears("Stopped while being mailed: The second story")
	p.tell(`{"reset":true}`)
	second := p.stopped()
	then := p.sent(second)
	backup := storetest.Backup(t, store.New(p.client, "state"))

	p.tell(`{"next":[{"do":"ok"},{"do":"403","times":9}]}`) // and another
	p.command("issues", "resume", second)
	until(t, "it to stop again", func() bool { return p.sent(second) > then && p.stopped() == second })
	p.tell(`{"reset":true}`)
	until(t, "the author to hear of that", func() bool {
		return p.subjectsTo("ada@home.example")["Stopped while being mailed: The second story"] == 2
	})
	p.oneClick("reader7@readers.example")
	mailed("third")
	before := p.perPerson()
	p.stop()

	p.putBack(backup)
	p.start()
	news := p.hears("The newsletter's records were restored")
	for title, want := range map[string]bool{"The first story": false, "The old story": false, "The second story": true, "The third story": true} {
		if strings.Contains(news, title) != want {
			t.Errorf("the restore affects %q: %t, and the author reads\n%s", title, want, news)
		}
	}
	p.settle()
	if after := p.perPerson(); !maps.Equal(after, before) {
		t.Errorf("by the restore alone mailed %v", after)
	}
	p.command("issues", "resume", second)
	p.settle()
	// All had been claimed since, so that of the others nobody knows whether they had it.
	p.receipt("posts/second.md", "Published", "mailed at", fmt.Sprintf("%d failed", 31-then))
	mailed("fourth")
	p.settle()
	all := p.perPerson()
	for i := range people {
		to := fmt.Sprintf("reader%d@readers.example", i)
		for _, name := range []string{"first", "second", "third", "fourth"} {
			want := 1
			switch {
			case i == 7 && (name == "third" || name == "fourth"):
				want = 0 // who left before
			case name == "second":
				want = before[to+": The second story"]
			}
			if got := all[to+": The "+name+" story"]; got != want {
				t.Errorf("%s has the %s story %d times, want %d", to, name, got, want)
			}
		}
	}
	for what, n := range all {
		if n != 1 || strings.Contains(what, "old story") {
			t.Errorf("%d times: %s", n, what)
		}
	}
	for subject, n := range p.subjectsTo("ada@home.example") {
		if n != 1 && !strings.HasPrefix(subject, "Stopped") { // which it did twice
			t.Errorf("the author heard %d times %q", n, subject)
		}
	}
	p.command("verify")
}

// subjectsTo counts the mails to one address by their subjects.
func (p *process) subjectsTo(address string) map[string]int {
	p.t.Helper()
	all := map[string]int{}
	for _, l := range p.briefs() {
		if l.To == address {
			all[l.Subject]++
		}
	}
	return all
}

// stopped is the issue that was stopped while it was being mailed; "" if none is.
func (p *process) stopped() string {
	p.t.Helper()
	for id, i := range p.outbox().Issues {
		if i.State == "held" && p.sent(id) > 0 {
			return id
		}
	}
	return ""
}

// sent is to how many people an issue was mailed.
func (p *process) sent(id string) int {
	p.t.Helper()
	var progress struct {
		Counts struct{ Sent int }
	}
	_, body, err := store.New(p.client, "state").Get(p.t.Context(), "issues/"+id+"/progress.json", store.Cond{})
	if errors.Is(err, store.ErrNotFound) {
		return 0
	}
	if err == nil {
		err = json.Unmarshal(body, &progress)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return progress.Counts.Sent
}

// hears waits until the author was mailed something and returns its text.
func (p *process) hears(subject string) (text string) {
	p.t.Helper()
	until(p.t, "the author to hear "+subject, func() bool {
		all := p.briefs()
		k := slices.IndexFunc(all, func(l struct{ To, Subject, Text string }) bool {
			return l.To == "ada@home.example" && l.Subject == subject
		})
		if k >= 0 {
			text = all[k].Text
		}
		return k >= 0
	})
	return text
}

// perPerson counts the mails to subscribers by "address: subject".
func (p *process) perPerson() map[string]int {
	p.t.Helper()
	all := map[string]int{}
	for _, l := range p.briefs() {
		if l.To != "ada@home.example" {
			all[l.To+": "+l.Subject]++
		}
	}
	return all
}

// tell programs Mailgun's stand-in.
func (p *process) tell(program string) {
	p.t.Helper()
	answer, err := http.Post("http://"+p.mailgun+"/control", "application/json", strings.NewReader(program))
	if err != nil {
		p.t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		p.t.Fatalf("/control answers %s", answer.Status)
	}
}

// oneClick unsubscribes somebody as their mail program does, by a header of their last mail.
func (p *process) oneClick(address string) {
	p.t.Helper()
	for _, l := range p.letters() {
		if l.To != address {
			continue
		}
		link := strings.Trim(l.Headers["List-Unsubscribe"], "<>")
		answer, err := http.Post(link, "application/x-www-form-urlencoded", strings.NewReader("List-Unsubscribe=One-Click"))
		if err != nil {
			p.t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			p.t.Fatalf("unsubscribing: %s", answer.Status)
		}
		return
	}
	p.t.Fatalf("%s has no mail", address)
}

// putBack restores the state bucket while nothing runs, see infra/README.md.
func (p *process) putBack(state map[string]storetest.Stored) {
	p.t.Helper()
	c, err := local.Connect(p.data)
	if err != nil {
		p.t.Fatal(err)
	}
	p.client = c.S3
	storetest.Restore(p.t, store.New(c.S3, "state"), state, "keys.json", "left/")
	if err := c.Close(); err != nil {
		p.t.Fatal(err)
	}
}
