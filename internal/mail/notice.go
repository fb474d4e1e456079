package mail

import (
	"strings"

	"github.com/pennypost/pennypost/internal/settings"
)

// Notice is a short mail to one person: to the author about an issue, or to a
// subscriber who asked for something. It holds no variables and no unsubscribe link.
type Notice struct {
	Settings *settings.Settings
	Subject  string
	Heading  string // empty: the Subject
	Intro    []string
	Sections []Section
	Outro    []string // small print
	// ToAuthor is set on a mail to the author: answers go nowhere but back to her,
	// and no postal address is needed.
	ToAuthor bool
}

// Section is a part of a notice: one post, say, with what can be done about it.
type Section struct {
	Heading string
	URL     string // where the heading leads; empty: nowhere
	Lines   []string
	Actions []Action
}

// Action is a link shown as a button.
type Action struct {
	Label string
	URL   string
	Quiet bool // a second choice: outlined
}

// Message makes the mail.
func (n Notice) Message() (Message, error) {
	if line(n.Heading) == "" {
		n.Heading = n.Subject
	}
	preview := ""
	if len(n.Intro) > 0 {
		preview = n.Intro[0]
	}
	m, err := envelope(n.Settings, n.Subject, preview)
	if err != nil {
		return Message{}, err
	}
	// RFC 3834: so that no absent reader's program answers.
	m.Headers = map[string]string{"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
	m.HTML, m.Text = n.html(m), n.text()
	return m, nil
}

func (n Notice) html(m Message) string {
	h := newSheet(n.Settings, n.Settings.URL+"/")
	h.put(`<h1 class="h2 i" style="margin:0 0 16px;font-size:28px;line-height:34px;font-weight:bold;color:`, h.c.ink, `">`, esc(n.Heading), "</h1>\n")
	for _, text := range n.Intro {
		h.paragraph(text)
	}
	for i, s := range n.Sections {
		if i > 0 || s.Heading != "" {
			h.rule(0, 22)
		}
		n.section(h, s)
	}
	return h.render(page{subject: m.Subject, preheader: m.Preheader, footer: n.footer})
}

func (n Notice) section(h *sheet, s Section) {
	if s.Heading != "" {
		h.put(`<h2 style="margin:0 0 8px;font-size:21px;line-height:27px;font-weight:bold">`)
		if s.URL != "" {
			h.put(h.anchor(s.URL, s.Heading))
		} else {
			h.put(esc(s.Heading))
		}
		h.put("</h2>\n")
	}
	for _, text := range s.Lines {
		h.paragraph(text)
	}
	for _, a := range s.Actions {
		h.button(a.URL, a.Label, a.Quiet)
	}
}

func (n Notice) footer(h *sheet) {
	h.rule(0, 24)
	for _, text := range n.Outro {
		h.put(`<p style="margin:0 0 8px">`, esc(line(text)), "</p>\n")
	}
	if !n.ToAuthor {
		h.postal()
	}
}

func (n Notice) text() string {
	var b strings.Builder
	b.WriteString(underlined(guardText(line(n.Heading)), "="))
	paragraphs := func(list []string) {
		for _, text := range list {
			b.WriteString("\n")
			for l := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
				b.WriteString(wrap(guardText(line(l)), "") + "\n")
			}
		}
	}
	paragraphs(n.Intro)
	for _, s := range n.Sections {
		if s.Heading != "" {
			b.WriteString("\n\n" + underlined(guardText(line(s.Heading)), "-"))
			if s.URL != "" {
				b.WriteString(guardURL(s.URL) + "\n")
			}
		}
		paragraphs(s.Lines)
		for _, a := range s.Actions {
			b.WriteString("\n" + guardText(line(a.Label)) + ":\n" + guardURL(a.URL) + "\n")
		}
	}
	b.WriteString("\n" + strings.Repeat("-", textWidth) + "\n")
	paragraphs(n.Outro)
	if lines := postalLines(n.Settings); !n.ToAuthor && len(lines) > 0 {
		b.WriteString("\n" + guardText(strings.Join(lines, "\n")) + "\n")
	}
	return b.String()
}
