package mail

import (
	"bytes"
	"fmt"
	"maps"
	"mime/quotedprintable"
	"slices"
	"strings"
	"time"
)

// For is the message as the recipient with a token gets it.
func (m Message) For(token string) Message {
	fill := strings.NewReplacer(Token, token)
	m.Subject, m.Preheader, m.HTML, m.Text = fill.Replace(m.Subject), fill.Replace(m.Preheader), fill.Replace(m.HTML), fill.Replace(m.Text)
	headers := make(map[string]string, len(m.Headers))
	for name, value := range m.Headers {
		headers[name] = fill.Replace(value)
	}
	m.Headers = headers
	return m
}

// EML is the message as a file that mail programs open: as one recipient gets it,
// with their token in the place of [Token], and a Message-Id as Mailgun would give it.
func (m Message) EML(to, token string, date time.Time) []byte {
	m = m.For(token)
	var b bytes.Buffer
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\r\n", name, encoded(line(value)))
		}
	}
	_, domain, _ := strings.Cut(m.From[strings.LastIndexByte(m.From, '<')+1:], "@")
	field("Message-Id", fmt.Sprintf("<%x@%s>", date.UnixNano(), strings.TrimSuffix(domain, ">")))
	field("Date", date.Format(time.RFC1123Z))
	field("From", m.From)
	field("To", to)
	field("Reply-To", m.ReplyTo)
	field("Subject", m.Subject)
	for _, name := range slices.Sorted(maps.Keys(m.Headers)) {
		field(name, m.Headers[name])
	}
	boundary := "=_pennypost_" + fmt.Sprintf("%x", date.UnixNano())
	fmt.Fprintf(&b, "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"%s\"\r\n", boundary)
	for _, part := range [][2]string{{"plain", m.Text}, {"html", m.HTML}} {
		fmt.Fprintf(&b, "\r\n--%s\r\nContent-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", boundary, part[0])
		w := quotedprintable.NewWriter(&b)
		_, _ = w.Write([]byte(part[1])) // a buffer takes everything
		_ = w.Close()
	}
	fmt.Fprintf(&b, "\r\n--%s--\r\n", boundary)
	return b.Bytes()
}
