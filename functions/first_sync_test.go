package functions_test

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/pennypost/pennypost/functions"
	"github.com/pennypost/pennypost/internal/audience"
)

// TestTheFirstSyncTellsTheAuthorOfEveryPost uploads a blog of old posts in one go, the
// settings among them and told of last, to publishers that overlap. Most posts are
// announced before anybody knows whom to tell; the author hears of each all the same.
func TestTheFirstSyncTellsTheAuthorOfEveryPost(t *testing.T) {
	const posts, publishers = 300, 4
	s := newStack(t)
	s.subscribe(anna, audience.Each)
	s.ticks(1)
	upload := func(key, body string) {
		t.Helper()
		_, err := s.around.S3.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &s.around.Content, Key: &key, Body: strings.NewReader(body)})
		if err != nil {
			t.Fatal(err)
		}
	}
	var keys []string
	for k := range posts {
		key := fmt.Sprintf("posts/2019-03-04-old-%03d.md", k)
		upload(key, fmt.Sprintf("# Old story %03d\n\nWords.\n", k))
		keys = append(keys, key)
	}
	upload("posts/site.yaml", "title: Notes\nauthor:\n  email: ada@home.example\nnewsletter:\n  address: 1 Mill Lane\n")
	keys = append(keys, "posts/site.yaml")

	work := make(chan []string)
	var all sync.WaitGroup
	for range publishers {
		own, err := functions.New(s.around) // a process of its own
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			for batch := range work {
				var e events.SQSEvent
				for _, key := range batch {
					body := fmt.Sprintf(`{"Records":[{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"content"},"object":{"key":%q}}}]}`, url.QueryEscape(key))
					e.Records = append(e.Records, events.SQSMessage{MessageId: key, Body: body})
				}
				if _, err := own.Publish(t.Context(), e); err != nil {
					t.Error(err)
				}
				if err := own.SendTick(t.Context()); err != nil { // the clock does not wait for a sync
					t.Error(err)
				}
			}
		})
	}
	for len(keys) > 0 {
		n := min(50, len(keys))
		work <- keys[:n]
		keys = keys[n:]
	}
	close(work)
	all.Wait()
	s.ticks(5)

	told := map[string]int{}
	for _, l := range s.letters() {
		if l.To != "ada@home.example" {
			t.Errorf("mailed to %s: %s", l.To, l.Subject)
			continue
		}
		if strings.Count(l.Subject, "Held for you") == 0 && !strings.Contains(l.Subject, "of your posts") {
			t.Errorf("the author is mailed %q", l.Subject)
		}
		for k := range posts {
			if title := fmt.Sprintf("Old story %03d", k); strings.Contains(l.Text, title) && strings.Contains(l.HTML, title) {
				told[title]++
			}
		}
		if len(l.HTML) > 90<<10 {
			t.Errorf("a mail of %d bytes", len(l.HTML))
		}
	}
	for k := range posts {
		if title := fmt.Sprintf("Old story %03d", k); told[title] != 1 {
			t.Errorf("the author heard %d times of %s", told[title], title)
		}
	}

	// The newest have links of their own; one leads to all the others.
	var page string
	for _, l := range s.letters() {
		if link := regexp.MustCompile(`See all that is held:?\s+(\S+)`).FindStringSubmatch(l.Text); link != nil {
			page = strings.TrimPrefix(link[1], siteURL)
		}
	}
	if page == "" {
		t.Fatal("no mail leads to all that is held")
	}
	h := s.around.Subscribe()
	ask := func(method, target, form string) (int, string) {
		t.Helper()
		r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	status, body := ask(http.MethodGet, page, "")
	if status != http.StatusOK {
		t.Fatalf("it answers %d\n%s", status, body)
	}
	links := map[string]string{}
	for _, m := range regexp.MustCompile(`<a href="(/author\?t=[^"]+)">(Old story \d+)</a>`).FindAllStringSubmatch(body, -1) {
		links[m[2]] = html.UnescapeString(m[1])
	}
	if len(links) != posts {
		t.Fatalf("%d of %d are listed\n%.2000s", len(links), posts, body)
	}
	token := func(link string) string { return url.QueryEscape(strings.TrimPrefix(link, "/author?t=")) }
	if status, _ := ask(http.MethodPost, "/author", "do=release&t="+token(page)); status != http.StatusGone {
		t.Errorf("releasing all at once answers %d", status)
	}
	if status, body := ask(http.MethodPost, "/author", "do=release&t="+token(links["Old story 007"])); status != http.StatusSeeOther {
		t.Fatalf("releasing one answers %d\n%s", status, body)
	}
	s.ticks(3)
	if _, body := ask(http.MethodGet, page, ""); strings.Contains(body, "Old story 007") || !strings.Contains(body, "Old story 008") {
		t.Error("the list is not what is held")
	}
	if got := s.mailed(); got[anna+": Old story 007"] != 1 {
		t.Errorf("mailed: %v", got)
	}
}
