package mail

import (
	"strings"

	"github.com/pennypost/pennypost/internal/settings"
)

// listFooter ends a mail to many: why one gets it, how to change or end that, and
// who sends it from where.
func listFooter(why string) func(*sheet) {
	return func(h *sheet) {
		h.rule(0, 24)
		h.put(`<p style="margin:0 0 8px">`, esc(why), "</p>\n",
			`<p style="margin:0 0 16px">`, h.tokenLink(unsubscribeURL(h.s), "Unsubscribe"), " &nbsp;·&nbsp; ",
			h.tokenLink(preferencesURL(h.s), "Choose what you get"), "</p>\n")
		h.postal()
	}
}

// tokenLink is a link that holds our own variable, which must reach Mailgun as it is.
func (h *sheet) tokenLink(to, text string) string {
	site := strings.TrimSuffix(to, Token)
	return `<a class="s" href="` + esc(site) + Token + `" style="color:` + h.c.soft + `;text-decoration:underline">` + esc(text) + `</a>`
}

// postal is the sender's name and address, which the law asks for in bulk mail.
func (h *sheet) postal() {
	lines := postalLines(h.s)
	if len(lines) == 0 {
		return
	}
	for i := range lines {
		lines[i] = esc(lines[i])
	}
	h.put(`<p style="margin:0">`, strings.Join(lines, "<br>"), "</p>\n")
}

func postalLines(s *settings.Settings) []string {
	var lines []string
	for l := range strings.SplitSeq(s.Newsletter.Address, "\n") {
		if l = line(l); l != "" {
			lines = append(lines, l)
		}
	}
	title := line(s.Title)
	if title == "" || len(lines) > 0 && strings.HasPrefix(lines[0], title) {
		return lines
	}
	return append([]string{title}, lines...)
}

// textFooter is listFooter in plain text.
func textFooter(s *settings.Settings, why string) string {
	var b strings.Builder
	b.WriteString("\n" + strings.Repeat("-", textWidth) + "\n\n" + wrap(guardText(line(why)), "") + "\n\n")
	b.WriteString("Unsubscribe:\n" + unsubscribeURL(s) + "\n\nChoose what you get:\n" + preferencesURL(s) + "\n")
	if lines := postalLines(s); len(lines) > 0 {
		b.WriteString("\n" + guardText(strings.Join(lines, "\n")) + "\n")
	}
	return b.String()
}
