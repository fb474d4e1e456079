package inbox

import (
	"net/mail"
	"strings"
	"time"
)

// request is one accepted call: a message and everybody it goes to. Its JSON is
// the file format, but for the two bodies, which lie in files of their own because
// a thousand calls often carry the same.
type request struct {
	Seq       int64     `json:"seq"` // in order of arrival, from 1
	MessageID string    `json:"message_id"`
	Received  time.Time `json:"received"`
	Domain    string    `json:"domain"`

	From    string      `json:"from"`
	To      []recipient `json:"to"`
	Subject string      `json:"subject"`

	Headers     map[string]string   `json:"headers,omitempty"`
	Options     map[string][]string `json:"options,omitempty"`
	Variables   map[string]string   `json:"variables,omitempty"`
	Attachments []attachment        `json:"attachments,omitempty"`

	RecipientVariables map[string]map[string]any `json:"recipient_variables,omitempty"`

	TextHash string `json:"text,omitempty"`
	HTMLHash string `json:"html,omitempty"`

	text, html string
}

type recipient struct {
	Address string `json:"address"`
	Name    string `json:"name,omitempty"`
	As      string `json:"as"` // "to", "cc" or "bcc"
}

type attachment struct {
	Name string `json:"name"`
	Size int64  `json:"size"`
}

// Message is what one recipient gets.
type Message struct {
	ID       string            `json:"id"` // of this copy, in this inbox
	To       string            `json:"to"` // bare
	From     string            `json:"from"`
	Subject  string            `json:"subject"`
	Text     string            `json:"text"`
	HTML     string            `json:"html"`
	Headers  map[string]string `json:"headers"`
	Received time.Time         `json:"received"`
}

// copies makes what each recipient gets. The texts are taken apart once, however
// many recipients there are.
type copies struct {
	q                   *request
	subject, text, html cut
	headers             map[string]cut
}

func (q *request) copies() *copies {
	c := &copies{q: q, subject: cutUp(q.Subject), text: cutUp(q.text), html: cutUp(q.html), headers: map[string]cut{}}
	for name, value := range q.Headers {
		if !strings.EqualFold(name, "Message-Id") {
			c.headers[name] = cutUp(value)
		}
	}
	return c
}

// copyFor is the request's message as its n-th recipient sees it.
func (q *request) copyFor(n int) Message { return q.copies().of(n) }

// of is the message as the n-th recipient sees it.
func (c *copies) of(n int) Message {
	q, to := c.q, c.q.To[n]
	values := q.values(to)
	m := Message{
		ID: copyID(q.Seq, n), To: to.Address, From: bare(q.From),
		Subject: c.subject.fill(values), Text: c.text.fill(values), HTML: c.html.fill(values),
		Received: q.Received,
	}
	m.Headers = map[string]string{
		"From": q.From, "To": q.visible(n), "Subject": m.Subject,
		"Message-Id": "<" + q.MessageID + ">", "Date": q.Received.Format(time.RFC1123Z),
	}
	for name, value := range c.headers {
		m.Headers[name] = value.fill(values)
	}
	return m
}

// visible is the To line of the n-th copy: without recipient variables everybody
// sees everybody.
func (q *request) visible(n int) string {
	if len(q.RecipientVariables) > 0 {
		return q.To[n].String()
	}
	var all []string
	for _, to := range q.To {
		if to.As == "to" {
			all = append(all, to.String())
		}
	}
	return strings.Join(all, ", ")
}

func (r recipient) String() string {
	if r.Name == "" {
		return r.Address
	}
	return (&mail.Address{Name: r.Name, Address: r.Address}).String()
}

// bare is the address of "Name <address>".
func bare(from string) string {
	if a, err := mail.ParseAddress(from); err == nil {
		return a.Address
	}
	return from
}
