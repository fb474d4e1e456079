package inbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/mail"
	"net/url"
	"strings"
)

// Mailgun's own bounds.
const (
	maxRecipients = 1000
	maxMessage    = 25 << 20 // bytes of a whole request
)

// refusal is an answer of Mailgun's other than success.
type refusal struct {
	status int
	words  string
}

func (e *refusal) Error() string { return e.words }

func refuse(status int, format string, args ...any) error {
	return &refusal{status, fmt.Sprintf(format, args...)}
}

// readForm reads a request to send a message. It goes through the parts one by
// one: Go's own form parser gives up at a thousand, and a thousand recipients are
// a thousand parts.
func readForm(w http.ResponseWriter, r *http.Request) (*request, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxMessage)
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "Content-Type is missing")
	}
	req := &request{Domain: r.PathValue("domain")}
	switch kind {
	case "multipart/form-data":
		err = readParts(req, multipart.NewReader(r.Body, params["boundary"]))
	case "application/x-www-form-urlencoded":
		err = readURLEncoded(req, r.Body)
	default:
		err = refuse(http.StatusBadRequest, "Content-Type %s is not a form", kind)
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return nil, refuse(http.StatusRequestEntityTooLarge, "Request Entity Too Large")
	}
	if err != nil {
		return nil, err
	}
	return req, req.check()
}

func readParts(req *request, parts *multipart.Reader) error {
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return unreadable(err)
		}
		if part.FileName() != "" {
			n, err := io.Copy(io.Discard, part)
			if err != nil {
				return unreadable(err)
			}
			req.Attachments = append(req.Attachments, attachment{part.FileName(), n})
			continue
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return unreadable(err)
		}
		if err := req.set(part.FormName(), string(value)); err != nil {
			return err
		}
	}
}

func readURLEncoded(req *request, body io.Reader) error {
	text, err := io.ReadAll(body)
	if err != nil {
		return unreadable(err)
	}
	form, err := url.ParseQuery(string(text))
	if err != nil {
		return unreadable(err)
	}
	for name, values := range form {
		for _, value := range values {
			if err := req.set(name, value); err != nil {
				return err
			}
		}
	}
	return nil
}

func unreadable(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return err
	}
	return refuse(http.StatusBadRequest, "the form cannot be read: %v", err)
}

// set takes one field of the form.
func (q *request) set(name, value string) error {
	switch prefix, rest, found := strings.Cut(name, ":"); {
	case found && prefix == "h":
		put(&q.Headers, rest, value)
	case found && prefix == "v":
		put(&q.Variables, rest, value)
	case found && (prefix == "o" || prefix == "t"):
		if q.Options == nil {
			q.Options = map[string][]string{}
		}
		q.Options[name] = append(q.Options[name], value)
	case name == "to" || name == "cc" || name == "bcc":
		list, err := mail.ParseAddressList(value)
		if err != nil {
			return refuse(http.StatusBadRequest, "'%s' parameter is not a valid address. please check documentation", name)
		}
		for _, a := range list {
			q.To = append(q.To, recipient{Address: a.Address, Name: a.Name, As: name})
		}
	case name == "from":
		q.From = value
	case name == "subject":
		q.Subject = value
	case name == "text":
		q.text = value
	case name == "html":
		q.html = value
	case name == "recipient-variables":
		if err := json.Unmarshal([]byte(value), &q.RecipientVariables); err != nil {
			return refuse(http.StatusBadRequest, "recipient-variables is not valid JSON")
		}
	}
	return nil
}

func put(m *map[string]string, name, value string) {
	if *m == nil {
		*m = map[string]string{}
	}
	(*m)[name] = value
}

// check finds what Mailgun refuses, in its words.
func (q *request) check() error {
	bad := func(words string) error { return refuse(http.StatusBadRequest, "%s", words) }
	if q.From == "" {
		return bad("from parameter is missing")
	}
	if _, err := mail.ParseAddress(q.From); err != nil {
		return bad("'from' parameter is not a valid address. please check documentation")
	}
	if len(q.To) == 0 {
		return bad("to parameter is missing")
	}
	if q.Subject == "" {
		return bad("subject parameter is missing")
	}
	if q.text == "" && q.html == "" {
		return bad("Need at least one of 'text' or 'html' parameters specified")
	}
	for name, value := range q.Headers {
		if strings.ContainsAny(name+value, "\r\n") {
			return bad("a header holds a line break")
		}
	}
	if strings.ContainsAny(q.Subject+q.From, "\r\n") {
		return bad("subject or from holds a line break")
	}
	if len(q.To) > maxRecipients {
		return tooMany(maxRecipients)
	}
	return nil
}

func tooMany(limit int) error {
	return refuse(http.StatusBadRequest, "Too many recipients; max is %d", limit)
}
