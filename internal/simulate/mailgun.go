package simulate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

const (
	mailDomain = "mg.blog.example"
	// settled is how long a request to Mailgun may be on its way, and how long its log
	// may take to show it, together: the half hour after which it is believed.
	settled = 29 * time.Minute
)

// mailgun is the service: what it accepted, and from when on its log shows it.
type mailgun struct {
	accepted map[string]time.Time // by Message-Id: when the log shows it
	limit    int                  // recipients a request; 0: a thousand
	refuses  bool                 // it does not know our key
	// deliveries are the requests that carry posts, by Message-Id.
	deliveries map[string]*delivery
}

// mailRequest is what a POST of a message says.
type mailRequest struct {
	id            string
	to            []string
	subject, text string
	marks         []string // of the posts in it
	vars          map[string]map[string]any
}

// takeMail answers a request to Mailgun as the service does on a good day.
func (w *World) takeMail(c *call) *http.Response {
	if c.req.Method == http.MethodGet {
		return w.log(c)
	}
	if c.mail == nil {
		_, err := readMail(c)
		w.fail("%s posts a mail that cannot be read: %v", c.by, err)
		return mailAnswer(c, http.StatusBadRequest, "unreadable")
	}
	m := *c.mail
	if w.mailgun.refuses {
		return mailAnswer(c, http.StatusUnauthorized, "Forbidden")
	}
	if most := w.mailgun.limit; most > 0 && len(m.to) > most {
		return mailAnswer(c, http.StatusBadRequest, fmt.Sprintf("Too many recipients; max is %d", most))
	}
	now := time.Now()
	shown := now.Add(w.upTo(10 * time.Minute))
	if last := c.at.Add(settled); shown.After(last) {
		shown = last
	}
	w.mailgun.accepted[m.id] = shown
	w.tally.Mails++
	w.delivery(m).accepted++
	for _, to := range m.to {
		w.post(c, to, m)
	}
	return jsonAnswer(c, http.StatusOK, map[string]string{"id": "<" + m.id + ">", "message": "Queued. Thank you."})
}

// readMail reads the form that mailgun-go sends.
func readMail(c *call) (m mailRequest, err error) {
	kind, params, err := mime.ParseMediaType(c.req.Header.Get("Content-Type"))
	if err != nil {
		return m, err
	}
	fields := url.Values{}
	if kind == "multipart/form-data" {
		parts := multipart.NewReader(bytes.NewReader(c.body), params["boundary"])
		for {
			part, err := parts.NextPart()
			if err == io.EOF {
				break
			}
			if err != nil {
				return m, err
			}
			value, err := io.ReadAll(part)
			if err != nil {
				return m, err
			}
			fields.Add(part.FormName(), string(value))
		}
	} else if fields, err = url.ParseQuery(string(c.body)); err != nil {
		return m, err
	}
	m.id = strings.Trim(fields.Get("h:Message-Id"), "<>")
	m.to = fields["to"]
	m.subject, m.text = fields.Get("subject"), html.UnescapeString(fields.Get("html")+"\n"+fields.Get("text"))
	for _, found := range anyTitle.FindAllStringSubmatch(m.subject+"\n"+m.text, -1) {
		if !slices.Contains(m.marks, found[1]) {
			m.marks = append(m.marks, found[1])
		}
	}
	if v := fields.Get("recipient-variables"); v != "" {
		if err := json.Unmarshal([]byte(v), &m.vars); err != nil {
			return m, err
		}
	}
	if m.id == "" || len(m.to) == 0 {
		return m, fmt.Errorf("it names no recipient or has no Message-Id")
	}
	for _, to := range m.to {
		if _, ok := m.vars[to]; !ok {
			return m, fmt.Errorf("a recipient has no variables, so that everybody would see all of them")
		}
	}
	return m, nil
}

// issue is the newsletter's issue that a mail belongs to, as its Message-Id has it.
func (m mailRequest) issue() string {
	issue, _, _ := strings.Cut(m.id, ".")
	return issue
}

// confirms is the token of the button that a mail to somebody asks them to press.
func (m mailRequest) confirms() string {
	if len(m.to) > 1 {
		return ""
	}
	link := confirmLink.FindStringSubmatch(m.text)
	if link == nil {
		return ""
	}
	return link[1]
}

// log answers a question about a Message-Id.
func (w *World) log(c *call) *http.Response {
	id := c.req.URL.Query().Get("message-id")
	items := []any{}
	if at, ok := w.mailgun.accepted[id]; ok && !at.After(time.Now()) {
		items = append(items, map[string]any{
			"event": "accepted", "id": "e-" + id, "timestamp": float64(at.Unix()),
			"message": map[string]any{"headers": map[string]any{"message-id": id}},
		})
	}
	return jsonAnswer(c, http.StatusOK, map[string]any{"items": items, "paging": map[string]string{}})
}

func mailAnswer(c *call, status int, text string) *http.Response {
	return jsonAnswer(c, status, map[string]string{"message": text})
}

func jsonAnswer(c *call, status int, v any) *http.Response {
	body, err := json.Marshal(v)
	or(err)
	return rawAnswer(c, status, string(body))
}

func rawAnswer(c *call, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)),
		ContentLength: int64(len(body)), Request: c.req,
	}
}

// parcel is a mail that somebody got.
type parcel struct {
	to    string
	issue string
	marks []string // of the posts in it
	at    time.Time
}

var (
	confirmLink = regexp.MustCompile(regexp.QuoteMeta(siteURL) + `/confirm\?t=([A-Za-z0-9_.=%-]+)`)
	anyTitle    = regexp.MustCompile(`mt(\d+)x`)
)

// post puts a mail into somebody's box, and holds it against what may be there.
func (w *World) post(c *call, to string, m mailRequest) {
	marks := m.marks
	p := w.who(to)
	if p == nil {
		w.read(m) // it is the author
		return
	}
	if link := m.confirms(); link != "" {
		token, err := url.QueryUnescape(link)
		or(err)
		w.errands = append(w.errands, errand{time.Now().Add(w.upTo(time.Hour)), func() { w.pressed(p, to, token) }})
		return
	}
	for _, value := range m.vars[to] {
		if t, ok := value.(string); ok && len(t) > 20 {
			p.token = t
		}
	}
	if len(marks) == 0 {
		return
	}
	w.say("    %s gets %v", to, marks)
	w.parcels = append(w.parcels, parcel{to, m.issue(), marks, time.Now()})
	// Whoever left may get what was on its way: addresses are read with the claim, and a
	// claim is posted within a minute.
	if !p.left.IsZero() && c.at.Sub(p.left) > 61*time.Second {
		w.fail("%s is mailed %v, and was told %v before that they are off the list", to, marks, c.at.Sub(p.left))
	}
	if !p.ever {
		w.fail("%s is mailed and never subscribed", to)
	}
	w.mayGet(c, p, to, m, marks)
	w.holdAgainstFreeze(p, m)
	for _, what := range w.contents(m) {
		w.count(p, what, marks)
	}
}

// contents are what a mail counts as. Where the author never renames, a post is a file;
// else what counts is the issue.
func (w *World) contents(m mailRequest) (contents []string) {
	if !w.weather.plain {
		return []string{m.issue()}
	}
	for _, mark := range m.marks {
		if key := w.desk.written[mark]; key != "" && !slices.Contains(contents, key) {
			contents = append(contents, key)
		}
	}
	return contents
}

// mayGet holds a mail against what its reader and its author wished.
func (w *World) mayGet(c *call, p *person, to string, m mailRequest, marks []string) {
	late := func(since time.Time) bool { return !since.IsZero() && c.at.Sub(since) > 61*time.Second }
	switch {
	case to == p.next && p.pressed.IsZero():
		w.fail("%s is mailed %v at a new address that nobody confirmed", to, marks)
	case to != p.address && to != p.next && late(p.moved()):
		w.fail("%s is mailed %v at an old address, and was told %v before that the new one counts", to, marks, c.at.Sub(p.moved()))
	}
	if late(p.paused) && c.at.Before(p.paused.Add(7*24*time.Hour)) {
		w.fail("%s is mailed %v, and was told %v before that nothing comes for a week", to, marks, c.at.Sub(p.paused))
	}
	instant := strings.HasPrefix(m.id, "post-")
	for _, mark := range marks {
		s := w.desk.text(mark)
		switch {
		case s == nil:
			w.fail("%s is mailed mt%sx, which nobody wrote", to, mark)
		case s.draft || s.email == "none":
			w.fail("%s is mailed mt%sx, which says that it is not to be mailed", to, mark)
		case instant && s.email == "digest":
			w.fail("%s is mailed mt%sx at once, which says that it is for digests", to, mark)
		}
		// Cancelled before its own mail was begun, it is in no digest either.
		if key := w.desk.written[mark]; w.weather.plain && late(w.desk.cancelled[key]) && (instant || !w.announced(key)) {
			w.fail("%s is mailed %s, and the author was told before that it is cancelled", to, key)
		}
	}
}
