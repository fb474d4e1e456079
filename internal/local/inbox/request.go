package inbox

import (
	"encoding/json"
	"net/mail"
	"regexp"
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

// copyFor is the request's message as its n-th recipient sees it.
func (q *request) copyFor(n int) Message {
	to := q.To[n]
	fill := q.filler(to)
	m := Message{
		ID: copyID(q.Seq, n), To: to.Address, From: bare(q.From),
		Subject: fill(q.Subject), Text: fill(q.text), HTML: fill(q.html),
		Received: q.Received,
	}
	m.Headers = map[string]string{
		"From": q.From, "To": q.visible(n), "Subject": m.Subject,
		"Message-Id": "<" + q.MessageID + ">", "Date": q.Received.Format(time.RFC1123Z),
	}
	for name, value := range q.Headers {
		if !strings.EqualFold(name, "Message-Id") {
			m.Headers[name] = fill(value)
		}
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

// variable is what Mailgun replaces in subject, bodies and headers.
// https://documentation.mailgun.com/docs/mailgun/user-manual/sending-messages/batch-sending
var variable = regexp.MustCompile(`%(recipient(?:\.[A-Za-z0-9_-]+|_email|_name|_fname|_lname)?|(?:mailing_list_|tag_)?unsubscribe_url)%`)

// filler replaces the variables with one recipient's values. What has no value
// stays as it is.
func (q *request) filler(to recipient) func(string) string {
	given, family, _ := strings.Cut(to.Name, " ")
	values := map[string]string{
		"recipient": to.String(), "recipient_email": to.Address, "recipient_name": to.Name,
		"recipient_fname": given, "recipient_lname": family,
		"unsubscribe_url":              "http://mailgun.invalid/unsubscribe",
		"tag_unsubscribe_url":          "http://mailgun.invalid/unsubscribe",
		"mailing_list_unsubscribe_url": "http://mailgun.invalid/unsubscribe",
	}
	for name, value := range q.RecipientVariables[to.Address] {
		text, ok := value.(string)
		if !ok {
			raw, _ := json.Marshal(value) // it came as JSON
			text = string(raw)
		}
		values["recipient."+name] = text
	}
	return func(s string) string {
		if !strings.Contains(s, "%") {
			return s
		}
		return variable.ReplaceAllStringFunc(s, func(found string) string {
			if value, ok := values[found[1:len(found)-1]]; ok {
				return value
			}
			return found
		})
	}
}

// bare is the address of "Name <address>".
func bare(from string) string {
	if a, err := mail.ParseAddress(from); err == nil {
		return a.Address
	}
	return from
}
