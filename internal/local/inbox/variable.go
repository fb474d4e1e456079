package inbox

import (
	"encoding/json"
	"regexp"
	"strings"
)

// variable is what Mailgun replaces in subject, bodies and headers.
// https://documentation.mailgun.com/docs/mailgun/user-manual/sending-messages/batch-sending
var variable = regexp.MustCompile(`%(recipient(?:\.[A-Za-z0-9_-]+|_email|_name|_fname|_lname)?|(?:mailing_list_|tag_)?unsubscribe_url)%`)

// cut is a text taken apart at its variables: a part, a name, a part, …
type cut struct {
	parts, names []string
}

func cutUp(text string) cut {
	var t cut
	from := 0
	for _, at := range variable.FindAllStringSubmatchIndex(text, -1) {
		t.parts = append(t.parts, text[from:at[0]])
		t.names = append(t.names, text[at[2]:at[3]])
		from = at[1]
	}
	t.parts = append(t.parts, text[from:])
	return t
}

// fill puts values in the place of the variables. What has no value stays.
func (t cut) fill(values map[string]string) string {
	if len(t.names) == 0 {
		return t.parts[0]
	}
	var b strings.Builder
	for i, name := range t.names {
		b.WriteString(t.parts[i])
		if value, ok := values[name]; ok {
			b.WriteString(value)
		} else {
			b.WriteString("%" + name + "%")
		}
	}
	b.WriteString(t.parts[len(t.names)])
	return b.String()
}

// values are one recipient's, by the names of the variables.
func (q *request) values(to recipient) map[string]string {
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
	return values
}
