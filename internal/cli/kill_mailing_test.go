package cli

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/receipt"
	"github.com/pennypost/pennypost/internal/store"
)

// killSeed draws the moments of the kills and what Mailgun does wrong; 0: new ones each time.
var killSeed = flag.Uint64("kill-seed", 0, "seed of TestKilledWhileMailing; 0 for a new one")

// TestKilledWhileMailing kills it at random moments while several posts go to some hundred
// people and Mailgun misbehaves in every way it knows. In the end everybody has each post
// once and the author has heard of each once: what Mailgun took without saying so its log
// tells, so not even that comes twice.
func TestKilledWhileMailing(t *testing.T) {
	t.Parallel()
	const people, posts, kills = 300, 5, 10
	seed := *killSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("go test -run %s ./internal/cli -kill-seed %d", t.Name(), seed)
	r := rand.New(rand.NewPCG(seed, 1))

	p := launch(t, "--settle", "1s")
	p.command("audience", "import", "--yes", p.csv(people))
	p.put("posts/site.yaml", "title: Kill\nauthor:\n  email: ada@home.example\nnewsletter:\n  max_per_hour: 1000\n  batch: 20\n  address: 1 Mill Lane\n")
	p.receipt("posts/site.yaml", "Published")
	midway := 0
	for k := range kills {
		p.misbehave(r, "60ms")
		if k < posts {
			key := fmt.Sprintf("posts/story-%d.md", k)
			p.put(key, fmt.Sprintf("# Story %d\n\nWords.\n", k))
			p.receipt(key, "Published") // a file that is read while its process dies three times is left alone
		}
		time.Sleep(time.Duration(r.IntN(1200)) * time.Millisecond)
		if p.sending() {
			midway++
		}
		p.kill()
		p.start()
	}
	t.Logf("%d of %d kills hit the mailing", midway, kills)
	if midway < kills/4 {
		t.Errorf("only %d of %d kills hit the mailing", midway, kills)
	}
	p.misbehave(r, "5ms")
	until(t, "all issues to be over and the author to be told", func() bool {
		o := p.outbox()
		return len(o.Issues) == 0 && len(o.News) == 0 && len(o.Freezing) == 0 && len(o.Telling) == 0
	})

	got, told := map[string]int{}, map[string]int{}
	for _, l := range p.briefs() {
		if l.To != "ada@home.example" {
			got[l.To+": "+l.Subject]++
			continue
		}
		for k := range posts {
			if title := fmt.Sprintf("Story %d", k); strings.Contains(l.Text, title) {
				told[title]++
			}
		}
	}
	for k := range posts {
		title := fmt.Sprintf("Story %d", k)
		for i := range people {
			to := fmt.Sprintf("reader%d@readers.example: %s", i, title)
			if got[to] != 1 {
				t.Errorf("%d times: %s", got[to], to)
			}
			delete(got, to)
		}
		if to := "each@demo.example: " + title; got[to] != 1 {
			t.Errorf("%d times: %s", got[to], to)
		} else {
			delete(got, to)
		}
		if told[title] != 1 {
			t.Errorf("the author heard %d times of %s", told[title], title)
		}
		text := p.receipt(fmt.Sprintf("posts/story-%d.md", k), "Published")
		if lines := strings.Join(receipt.Mail([]byte(text)), "\n"); !strings.Contains(lines, "301 subscribers who chose each post: mailed ") || strings.Contains(lines, "failed") {
			t.Errorf("the receipt of %s says\n%s", title, lines)
		}
	}
	for other := range got {
		t.Errorf("also mailed: %s", other)
	}
	p.command("verify")
}

// csv writes a list of people to import.
func (p *process) csv(people int) string {
	p.t.Helper()
	var list strings.Builder
	list.WriteString("email,cadence\n")
	for i := range people {
		fmt.Fprintf(&list, "reader%d@readers.example,each\n", i)
	}
	name := filepath.Join(p.t.TempDir(), "list.csv")
	if err := os.WriteFile(name, []byte(list.String()), 0o600); err != nil {
		p.t.Fatal(err)
	}
	return name
}

// command runs another pennypost on the same data.
func (p *process) command(args ...string) string {
	p.t.Helper()
	c := exec.Command(os.Args[0], append(args, "--data", p.data)...)
	c.Env = append(os.Environ(), asCommand+"=1")
	out, err := c.CombinedOutput()
	if err != nil {
		p.t.Fatalf("pennypost %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// misbehave tells Mailgun's stand-in what to do with the coming requests.
func (p *process) misbehave(r *rand.Rand, delay string) {
	p.t.Helper()
	type step struct {
		Do   string `json:"do"`
		Text string `json:"text,omitempty"`
	}
	ways := []step{
		{"420", "Domain is not allowed to send: recipient limit exceeded"}, {"429", "Too many requests"},
		{Do: "500"}, {Do: "500"}, {Do: "cut"}, {Do: "cut"}, {Do: "garbage"}, {Do: "garbage"}, {Do: "503"}, {Do: "drop"},
	}
	var next []step
	for range 60 {
		st := step{Do: "ok"}
		if r.IntN(3) == 0 {
			st = ways[r.IntN(len(ways))]
		}
		next = append(next, st)
	}
	body, err := json.Marshal(map[string]any{"reset": true, "next": next, "delay": delay, "limit": []int{0, 0, 15}[r.IntN(3)]})
	if err != nil {
		p.t.Fatal(err)
	}
	p.tell(string(body))
}

// outbox is what is not over yet.
type outbox struct {
	Issues map[string]struct {
		State string `json:"state"`
	} `json:"issues"`
	News              map[string]any `json:"news"`
	Freezing, Telling map[string]any
}

func (p *process) outbox() (o outbox) {
	p.t.Helper()
	_, body, err := store.New(p.client, "state").Get(p.t.Context(), "outbox.json", store.Cond{})
	if err == nil {
		err = json.Unmarshal(body, &o)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return o
}

// sending tells whether a post is being mailed.
func (p *process) sending() bool {
	for _, i := range p.outbox().Issues {
		if i.State == "sending" {
			return true
		}
	}
	return false
}

// briefs are all mails without their HTML: of thousands that is most.
func (p *process) briefs() []struct{ To, Subject, Text string } {
	p.t.Helper()
	answer, err := http.Get("http://" + p.mailgun + "/api/messages")
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	var all []struct{ To, Subject, Text string }
	if err := json.NewDecoder(answer.Body).Decode(&all); err != nil {
		p.t.Fatal(err)
	}
	return all
}
