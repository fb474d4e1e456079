package functions_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/newsletter"
	"github.com/pennypost/pennypost/internal/store"
)

// TestEveryAnswerOfMailgun: whatever the endpoint does to a request, through the real
// client and the handlers as they are wired: the issue ends as it should, the receipt
// says so, and nobody is mailed twice.
func TestEveryAnswerOfMailgun(t *testing.T) {
	type ending struct {
		state newsletter.State
		sent  int    // of three people, before anybody does anything
		says  string // in the receipt
	}
	done := ending{newsletter.Closed, 3, "3 subscribers who chose each post: mailed"}
	held := func(words string) ending {
		return ending{newsletter.Held, 0, "3 subscribers who chose each post: stopped before anybody was mailed, because " + words}
	}
	failed := func(words string) ending { return ending{newsletter.Closed, 0, "(3 failed: " + words} }
	for _, c := range []struct {
		program string
		first   int // mailed in the first minute
		end     ending
	}{
		{`{"next":[{"do":"ok"}]}`, 3, done},
		{`{"next":[{"do":"garbage"}]}`, 3, done}, // 200 that is not JSON
		{`{"next":[{"do":"cut"}]}`, 3, done},
		{`{"next":[{"do":"drop"}]}`, 0, done},
		{`{"next":[{"do":"500"}]}`, 3, done},
		{`{"next":[{"do":"503"}]}`, 0, done},
		{`{"next":[{"do":"408"}]}`, 0, done},
		{`{"next":[{"do":"ok","delay":"600ms"}]}`, 3, done}, // longer than the client's patience
		{`{"delay":"20ms"}`, 3, done},
		{`{"limit":2}`, 3, done}, // one request to learn, two to send
		{`{"limit":1}`, 3, done},
		{`{"next":[{"do":"400","text":"Too many recipients"}]}`, 3, done},
		{`{"next":[{"do":"420"}]}`, 0, done}, // names a time a minute away
		{`{"next":[{"do":"429","text":"Too many requests. Try again in 3 minutes"}]}`, 0, done},
		{`{"next":[{"do":"429","text":"slow down"}]}`, 0, done},
		{`{"next":[{"do":"403","text":"recipient limit exceeded, try again after 2 minutes"}]}`, 0, done},
		{`{"next":[{"do":"400","text":"'to' parameter is not a valid address. please check documentation"}]}`, 3, done}, // none is at fault alone
		{`{"next":[{"do":"400","text":"'to' parameter is not a valid address","times":9}]}`, 0, failed("Mailgun refused the message (400): 'to' parameter is not a valid address)")},
		{`{"next":[{"do":"400","text":"o:tag is too long"}]}`, 0, failed("Mailgun refused the message (400): o:tag is too long)")},
		{`{"next":[{"do":"413"}]}`, 0, failed("Mailgun finds the message too large: ")},
		{`{"next":[{"do":"401"}]}`, 0, held("Mailgun does not accept the key (401: Forbidden): whoever set up your site")},
		{`{"next":[{"do":"402"}]}`, 0, held("Mailgun waits for a payment (402: Payment Required): look under Billing")},
		{`{"next":[{"do":"403"}]}`, 0, held("Mailgun does not let this account send (403: Domain is not allowed to send: Please activate your Mailgun account.): log in")},
		{`{"next":[{"do":"404","text":"Domain not found: mg.notes.example"}]}`, 0, held("Mailgun does not know the sending domain (404: Domain not found: mg.notes.example): compare newsletter.domain")},
	} {
		t.Run(strings.NewReplacer(`"`, "", "{", "", "}", "").Replace(c.program), func(t *testing.T) {
			t.Parallel()
			s := newStack(t)
			s.around.Mailgun.HTTP = &http.Client{Timeout: 300 * time.Millisecond}
			s.restart()
			s.put("posts/site.yaml", "title: Notes\nurl: "+siteURL+"\ntimezone: UTC\nnewsletter:\n  domain: mg.notes.example\n  from: Ada <ada@notes.example>\n  address: 1 Mill Lane, Little Sutton\n")
			people := []string{"ann@readers.example", "ben@readers.example", "cem@readers.example"}
			for _, a := range people {
				s.subscribe(a, audience.Each)
			}
			s.control(c.program)
			s.put("posts/alpha.md", "---\ntitle: Alpha\n---\n\nWords.\n")
			s.ticks(1)
			if got := len(s.letters()); got != c.first {
				t.Errorf("after a minute %d mails were accepted, want %d", got, c.first)
			}
			s.ticks(5) // asks the log after a minute
			all, err := s.newsletter().List(t.Context())
			if err != nil || len(all) != 1 {
				t.Fatalf("issues: %v, %v", all, err)
			}
			if i := all[0]; i.State != c.end.state || len(s.letters()) != c.end.sent || c.end.state == newsletter.Closed && i.Counts.Sent != c.end.sent {
				t.Errorf("it is %s (%s) with %+v, %d mails; want %s with %d", i.State, i.Reason, i.Counts, len(s.letters()), c.end.state, c.end.sent)
			}
			_, body, err := s.bucket("content").Get(t.Context(), "receipts/posts/alpha.md.txt", store.Cond{})
			if err != nil {
				t.Fatal(err)
			}
			if text := strings.Join(strings.Fields(string(body)), " "); !strings.Contains(text, c.end.says) {
				t.Errorf("the receipt says\n%s\nwant\n%s", text, c.end.says)
			}
			if c.end.state == newsletter.Held {
				if err := s.newsletter().Resume(t.Context(), all[0].ID); err != nil {
					t.Fatal(err)
				}
				s.ticks(1)
			}
			var want []string
			if c.end.sent > 0 || c.end.state == newsletter.Held {
				for _, a := range people {
					want = append(want, a+": Alpha")
				}
			}
			s.wantMailed(want...)
		})
	}
}

// control tells the Mailgun-compatible server what to do wrong.
func (s *stack) control(program string) {
	s.t.Helper()
	answer, err := http.Post(s.mail.URL+"/control", "application/json", strings.NewReader(program))
	if err != nil {
		s.t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %s", program, answer.Status)
	}
}
