package inbox

import (
	"bytes"
	"fmt"
	"maps"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"slices"
	"strings"
)

// mimeSource writes a copy as a message of RFC 5322, roughly as Mailgun would.
func mimeSource(m Message) []byte {
	var b bytes.Buffer
	first := []string{"Date", "From", "To", "Subject", "Message-Id"}
	for _, name := range first {
		header(&b, name, m.Headers[name])
	}
	for _, name := range slices.Sorted(maps.Keys(m.Headers)) {
		if !slices.Contains(first, name) {
			header(&b, name, m.Headers[name])
		}
	}
	const boundary = "pennypost-inbox-part"
	b.WriteString("MIME-Version: 1.0\r\n")
	if m.HTML == "" || m.Text == "" {
		kind, body := "plain", m.Text
		if m.Text == "" {
			kind, body = "html", m.HTML
		}
		part(&b, kind, body)
		return b.Bytes()
	}
	fmt.Fprintf(&b, "Content-Type: multipart/alternative; boundary=%q\r\n\r\n", boundary)
	for _, p := range [][2]string{{"plain", m.Text}, {"html", m.HTML}} {
		fmt.Fprintf(&b, "--%s\r\n", boundary)
		part(&b, p[0], p[1])
		b.WriteString("\r\n")
	}
	fmt.Fprintf(&b, "--%s--\r\n", boundary)
	return b.Bytes()
}

func part(b *bytes.Buffer, kind, body string) {
	fmt.Fprintf(b, "Content-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", kind)
	w := quotedprintable.NewWriter(b)
	_, _ = w.Write([]byte(body)) // a buffer takes everything
	_ = w.Close()
}

// header writes one field, encoded where it is not ASCII.
func header(b *bytes.Buffer, name, value string) {
	if strings.IndexFunc(value, func(r rune) bool { return r > 126 }) >= 0 {
		if list, err := mail.ParseAddressList(value); err == nil && (name == "From" || name == "To" || name == "Reply-To") {
			var all []string
			for _, a := range list {
				all = append(all, a.String())
			}
			value = strings.Join(all, ", ")
		} else {
			value = mime.QEncoding.Encode("utf-8", value)
		}
	}
	fmt.Fprintf(b, "%s: %s\r\n", name, value)
}

// senderName is what an inbox shows of a From line.
func senderName(from string) string {
	if a, err := mail.ParseAddress(from); err == nil && a.Name != "" {
		return a.Name
	}
	return from
}
