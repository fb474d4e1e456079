package cli

import (
	"bytes"
	"html"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// reader is somebody with a browser and a mailbox.
type reader struct {
	*process
	seen []string // every address a link or an answer led to
}

var (
	fields = regexp.MustCompile(`<input type="hidden" name="([a-z]+)" value="([^"]*)">`)
	linked = regexp.MustCompile(`https?://[^\s"<>]+`)
	atMail = regexp.MustCompile(`http://[^\s"<>]+/(?:confirm|preferences|unsubscribe)\?t=[A-Za-z0-9_-]+`)
)

// post sends a form and follows no redirect.
func (r *reader) post(path string, form url.Values) (int, string) {
	r.t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.PostForm("http://"+r.site+path, form)
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	r.seen = append(r.seen, answer.Header.Get("Location"))
	return answer.StatusCode, string(body)
}

// want posts and holds the answer to a status and a text.
func (r *reader) want(path string, form url.Values, status int, text string) string {
	r.t.Helper()
	got, body := r.post(path, form)
	if got != status || !strings.Contains(body, text) {
		r.t.Fatalf("POST %s answers %d without %q:\n%s", path, got, text, body)
	}
	return body
}

// hidden are the hidden fields of a page.
func hidden(body string) url.Values {
	form := url.Values{}
	for _, m := range fields.FindAllStringSubmatch(body, -1) {
		form.Set(m[1], html.UnescapeString(m[2]))
	}
	return form
}

// signUp goes through the form as a person would, who takes longer than two seconds.
func (r *reader) signUp(address, cadence string) {
	r.t.Helper()
	body := r.want("/subscribe", url.Values{"email": {address}, "cadence": {cadence}}, 200, "One more step")
	form := hidden(body)
	form.Set("email", address)
	form.Set("cadence", cadence)
	until(r.t, "the form to be taken", func() bool {
		status, _ := r.post("/subscribe", form)
		return status == http.StatusSeeOther
	})
}

// mailTo is the newest mail to an address whose subject holds a text.
func (r *reader) mailTo(address, subject string) (found letter) {
	r.t.Helper()
	until(r.t, "a mail about "+subject, func() bool {
		for _, l := range r.letters() {
			if l.To == address && strings.Contains(l.Subject, subject) {
				found = l
				return true
			}
		}
		return false
	})
	return found
}

// link is the path of the first link of a kind in a mail.
func (r *reader) link(l letter, kind string) string {
	r.t.Helper()
	for _, m := range atMail.FindAllString(l.Text, -1) {
		if path := strings.TrimPrefix(m, "http://"+r.site); strings.HasPrefix(path, kind) {
			return path
		}
	}
	r.t.Fatalf("no %s in the mail:\n%s", kind, l.Text)
	return ""
}

// happens presses one of the inbox's buttons under a mail.
func (r *reader) happens(l letter, kind string) {
	r.t.Helper()
	answer, err := http.PostForm("http://"+r.mailgun+"/message/"+l.ID+"/event", url.Values{"kind": {kind}})
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close()
	if strings.Contains(answer.Request.URL.RawQuery, "failed") || answer.StatusCode != 200 {
		r.t.Fatalf("%s: %d %s", kind, answer.StatusCode, answer.Request.URL)
	}
}

// A subscriber from sign-up to goodbye, their neighbours who bounce, complain and are
// erased, and the author's commands: nobody is mailed who is gone, and no address
// appears in anything printed, in a key, a receipt, a URL, or a state object other
// than the list and the requests to join it.
func TestALifeWithoutATrace(t *testing.T) {
	t.Parallel()
	r := &reader{process: launch(t, "--now", "2026-11-27T08:00:00Z")}
	var printed bytes.Buffer
	audience := func(args ...string) string {
		t.Helper()
		var out bytes.Buffer
		if code := Main(append([]string{"audience"}, append(args, "--data", r.data)...), &out, &out); code != 0 {
			t.Fatalf("%v: %s", args, &out)
		}
		printed.Write(out.Bytes())
		return strings.Join(strings.Fields(out.String()), " ")
	}
	r.put("posts/site.yaml", "title: Notes\ntopics:\n  - id: books\n    title: Book reviews\n  - id: life\n    title: Life\n")
	r.receipt("posts/site.yaml", "Published")
	until(t, "the settings to be in force", func() bool { _, body := r.page("/subscribe"); return strings.Contains(body, "Book reviews") })
	audience("remove", "each@demo.example")
	audience("remove", "weekly@demo.example")

	// In. Programs that open every link of every mail change nothing.
	r.signUp("ann@readers.example", "weekly")
	confirm := r.link(r.mailTo("ann@readers.example", ""), "/confirm")
	for range 2 {
		for _, l := range r.letters() {
			for _, address := range linked.FindAllString(l.HTML+" "+l.Text, -1) {
				r.seen = append(r.seen, address)
				if path, ours := strings.CutPrefix(html.UnescapeString(address), "http://"+r.site); ours {
					r.page(path)
				}
			}
		}
	}
	if got := audience("list", "--count"); !strings.Contains(got, "subscribed 0") {
		t.Fatalf("opening links subscribed somebody: %s", got)
	}
	_, body := r.page(confirm)
	welcome := r.want("/confirm", hidden(body), 200, "You are subscribed")
	_, token, _ := strings.Cut(welcome, "/preferences?t=")
	token, _, _ = strings.Cut(token, `"`)

	// Their choices, and another address.
	me := func(do string, more ...string) url.Values {
		form := url.Values{"t": {token}, "do": {do}}
		for i := 0; i < len(more); i += 2 {
			form.Add(more[i], more[i+1])
		}
		return form
	}
	r.want("/preferences", me("save", "cadence", "each", "name", "Ann", "topics", "books", "topics", "life"), 200, "Saved")
	r.want("/preferences", me("pause", "weeks", "2"), 200, "11 December 2026")
	r.want("/preferences", me("resume"), 200, "Welcome back")
	if body := r.want("/preferences", me("download"), 200, "consent"); strings.Contains(body, "ann@") {
		t.Error("a link from a mail shows the address")
	}
	r.want("/preferences", me("move", "email", "lee@readers.example"), 200, "on its way")
	_, body = r.page(r.link(r.mailTo("lee@readers.example", "new address"), "/confirm"))
	r.want("/confirm", hidden(body), 200, "new address")

	// Neighbours, by the author's commands.
	list := filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(list, []byte("Email,Status\nbounce@readers.example,\ncomplain@readers.example,\nerase@readers.example,\nann@readers.example,\ngone@readers.example,unsubscribed\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := audience("import", list, "--yes"); !strings.Contains(got, "line 5: was given up by its owner") || !strings.Contains(got, "Added 3 subscribers; 2 not taken") {
		t.Errorf("import: %s", got)
	}
	r.put("posts/first.md", "# First\n\nText.\n")
	r.receipt("posts/first.md", "Published", "mailed at")
	r.settle()

	// Out, each in their own way.
	r.happens(r.mailTo("bounce@readers.example", "First"), "bounce")
	r.happens(r.mailTo("complain@readers.example", "First"), "complained")
	r.happens(r.mailTo("lee@readers.example", "First"), "one-click")
	// Ann's first link is from before she moved, and names her still.
	r.want("/unsubscribe?t="+token, url.Values{"List-Unsubscribe": {"One-Click"}}, 200, "unsubscribed")
	var certificate bytes.Buffer
	if code := Main([]string{"audience", "erase", "erase@readers.example", "--yes", "--data", r.data}, &certificate, &certificate); code != 0 {
		t.Fatal(certificate.String())
	}
	until(t, "the webhooks to have their effect", func() bool {
		return strings.Contains(audience("list", "--count"), "subscribed 0 paused 0 left 3 bounced 1 complained 1")
	})
	if got := audience("import", list, "--yes"); !strings.Contains(got, "There is nobody to add") {
		t.Errorf("the second import: %s", got)
	}
	r.put("posts/second.md", "# Second\n\nText.\n")
	r.receipt("posts/second.md", "Published")
	r.settle()
	for _, l := range r.letters() {
		if l.Subject == "Second" {
			t.Error("somebody who is gone was mailed")
		}
		r.seen = append(r.seen, linked.FindAllString(l.HTML+" "+l.Text+" "+l.Headers["List-Unsubscribe"], -1)...)
	}

	// No trace.
	for _, bucket := range []string{"content", "site", "state"} {
		for key, body := range r.bucket(bucket) {
			held := strings.HasPrefix(key, "audience/") || strings.HasPrefix(key, "signups/")
			if strings.Contains(key, "@") || strings.Contains(key, "readers") || strings.Contains(body, "readers.example") && !(bucket == "state" && held) {
				t.Errorf("%s: %s holds an address", bucket, key)
			}
			if strings.HasPrefix(key, "receipts/") && strings.Contains(body, "@") {
				t.Errorf("a receipt holds an address: %s", body)
			}
			if strings.Contains(body, "erase@") || strings.Contains(body, "ann@") && strings.HasPrefix(key, "audience/") {
				t.Errorf("%s holds an address that is gone", key)
			}
		}
	}
	slices.Sort(r.seen)
	for _, address := range slices.Compact(r.seen) {
		if lower := strings.ToLower(address); strings.Contains(lower, "@") || strings.Contains(lower, "%40") || strings.Contains(lower, "readers") {
			t.Errorf("a URL holds an address: %s", address)
		}
	}
	printed.WriteString(r.stop())
	for line := range strings.Lines(printed.String()) {
		if strings.Contains(line, "@") {
			t.Errorf("printed an address: %s", line)
		}
	}
}
