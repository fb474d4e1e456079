package mail_test

import (
	"net/mail"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	letter "github.com/pennypost/pennypost/internal/mail"
	"github.com/pennypost/pennypost/internal/settings"
)

// anyVariable is everything Mailgun would replace.
var anyVariable = regexp.MustCompile(`(?i)%(recipient|(tag_|mailing_list_)?unsubscribe_url)[^%\s]*%`)

// onlyTokens checks that our own token is the only variable in a message.
func onlyTokens(t interface{ Errorf(string, ...any) }, m letter.Message) {
	texts := []string{m.Subject, m.From, m.ReplyTo, m.HTML, m.Text}
	for _, value := range m.Headers {
		texts = append(texts, value)
	}
	for _, text := range texts {
		for _, found := range anyVariable.FindAllString(strings.ReplaceAll(text, "?t="+letter.Token, ""), -1) {
			t.Errorf("Mailgun would replace %q", found)
		}
	}
}

// visible is the text a reader sees, with references decoded.
func visible(t *testing.T, code string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(code))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
	}
	return b.String()
}

func TestVariablesOfTheAuthorStay(t *testing.T) {
	m, err := announcement(t, "everything").Message()
	if err != nil {
		t.Fatal(err)
	}
	onlyTokens(t, m)
	seen := visible(t, m.HTML)
	for _, want := range []string{"%recipient.t%", "%unsubscribe_url%", "%recipient.name%"} {
		if !strings.Contains(seen, want) {
			t.Errorf("a reader does not see %s", want)
		}
		if !strings.Contains(strings.ReplaceAll(m.Text, "\u2060", ""), want) {
			t.Errorf("the text lost %s", want)
		}
	}
	if n := strings.Count(m.HTML, "?t="+letter.Token); n != 2 {
		t.Errorf("%d links with a token in the HTML, want 2", n)
	}
	if n := strings.Count(m.Text, "?t="+letter.Token); n != 2 {
		t.Errorf("%d links with a token in the text, want 2", n)
	}
}

// Whatever an author writes anywhere, headers stay single lines, the variables
// ours, the HTML free of what runs, and the size in bounds.
func TestAnyWords(t *testing.T) {
	t.Parallel()
	words := rapid.OneOf(
		rapid.String(),
		rapid.SampledFrom([]string{
			"a\r\nBcc: x@example.com", "%recipient.t%", "%RECIPIENT.T%", "%%recipient%%", "<script>alert(1)</script>", `"><img src=x onerror=y>`,
			"x\u2028y\u0085z", "\xff\xfe\x00", "=?utf-8?q?=0d=0aBcc:_x?=", strings.Repeat("long ", 400), "&#37;recipient.t&#37;", "%unsubscribe_url%", "</title></style>", "]]><![endif]-->",
		}),
	)
	p, e := fixture(t, "everything")
	rapid.Check(t, func(t *rapid.T) {
		s := siteSettings()
		s.Title, s.Author.Name, s.Newsletter.Address = words.Draw(t, "site"), words.Draw(t, "name"), words.Draw(t, "address")
		s.Newsletter.From = ""
		s.Language = rapid.SampledFrom([]string{"en", "de", "ar", `x" onload="y`}).Draw(t, "language")
		s.Theme.Accent = rapid.SampledFrom([]string{"#0b6e4f", "#fff", "red;}", ""}).Draw(t, "accent")
		entry := *e
		entry.Title, entry.Description, entry.Preview = words.Draw(t, "title"), words.Draw(t, "description"), words.Draw(t, "preview")
		entry.Subject, entry.ImageAlt, entry.Tags = words.Draw(t, "subject"), words.Draw(t, "alt"), []string{words.Draw(t, "tag")}
		messages := []interface {
			Message() (letter.Message, error)
		}{
			letter.Announcement{Settings: s, URL: site + "/blog/x/", Post: p, Entry: &entry, Resolver: shelf{}, Why: words.Draw(t, "why")},
			letter.Digest{Settings: s, Kind: letter.Weekly, Period: words.Draw(t, "period"), Items: []letter.Item{{Entry: &entry, URL: site + "/blog/x/"}}},
			letter.Notice{Settings: s, Subject: words.Draw(t, "notice"), Intro: []string{words.Draw(t, "intro")}},
		}
		for _, one := range messages {
			m, err := one.Message()
			if err != nil {
				t.Fatalf("%v", err)
			}
			onlyTokens(t, m)
			for name, value := range m.Headers {
				if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) {
					t.Errorf("%s: %q", name, value)
				}
			}
			if strings.ContainsFunc(m.Subject+m.From+m.ReplyTo+m.Preheader, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\u2028' || r == '\u0085' }) {
				t.Errorf("a control character in %q, %q, %q or %q", m.Subject, m.From, m.ReplyTo, m.Preheader)
			}
			for _, field := range []string{m.From, m.ReplyTo} {
				if _, err := mail.ParseAddress(field); err != nil {
					t.Errorf("%q: %v", field, err)
				}
			}
			if len(m.HTML) > 90_000 || len(m.Text) > 95_000 {
				t.Errorf("%d bytes of HTML, %d of text", len(m.HTML), len(m.Text))
			}
			harmlessHTML(t, m.HTML)
		}
	})
}

// harmlessHTML checks what the parser of a browser makes of it.
func harmlessHTML(t interface{ Errorf(string, ...any) }, code string) {
	root, err := html.Parse(strings.NewReader(code))
	if err != nil {
		t.Errorf("%v", err)
		return
	}
	h1 := 0
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "script", "iframe", "form", "object", "embed", "link", "base", "svg":
			t.Errorf("a <%s>", n.Data)
		case "h1":
			h1++
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "href" && strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") {
				t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
			if (a.Key == "href" || a.Key == "src") && !strings.Contains(a.Val, ":") {
				t.Errorf("<%s %s=%q> is not absolute", n.Data, a.Key, a.Val)
			}
		}
		if n.Data == "img" {
			named := false
			for _, a := range n.Attr {
				named = named || a.Key == "alt"
			}
			if !named {
				t.Errorf("an image without alt")
			}
		}
	}
	if h1 != 1 {
		t.Errorf("%d h1", h1)
	}
	if tags, built := tagsOf(code), tagsBuilt(root); tags != built {
		i := 0
		for i < min(len(tags), len(built)) && tags[i] == built[i] {
			i++
		}
		t.Errorf("a mail program makes something else of it: %.120q is written, %.120q is built", tags[max(0, i-40):], built[max(0, i-40):])
	}
}

func TestLongPostIsCutAtAParagraph(t *testing.T) {
	m, err := long(t, 2000).Message()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(m.HTML); n > 90_000 || n < 70_000 {
		t.Errorf("%d bytes: too much, or room wasted", n)
	}
	seen := visible(t, m.HTML)
	if !strings.Contains(seen, "Read the rest on the site") || !strings.Contains(seen, "Unsubscribe") {
		t.Error("no way to the rest, or no footer")
	}
	if n := len(m.Text); n > 90_000 || n < 60_000 {
		t.Errorf("%d bytes of text", n)
	}
	if !strings.Contains(m.Text, "Read the rest on the site:\n"+site+"/blog/long/") {
		t.Error("the text does not lead to the rest")
	}
	// The links that the kept text names are kept, and no others.
	if !strings.Contains(m.Text, "\n[1] https://things.example/0\n") || strings.Contains(m.Text, "https://things.example/1999") {
		t.Error("the list of links does not fit the text")
	}
	short, err := long(t, 20).Message()
	if err != nil || strings.Contains(short.HTML+short.Text, "Read the rest") {
		t.Errorf("a short post was cut, %v", err)
	}
}

func TestManyPostsStayInBounds(t *testing.T) {
	for _, more := range []int{0, 1, 60, 400} {
		m, err := digest(t, letter.Weekly, more).Message()
		if err != nil {
			t.Fatal(err)
		}
		if len(m.HTML) > 90_000 || len(m.Text) > 90_000 {
			t.Errorf("%d posts: %d bytes of HTML, %d of text", more+2, len(m.HTML), len(m.Text))
		}
		seen := visible(t, m.HTML)
		if more <= 60 && strings.Count(m.HTML, `href="`+site+"/blog/more-") < more {
			t.Errorf("%d posts: one is not named", more+2)
		}
		if !strings.Contains(seen, "A week of small repairs") || !strings.Contains(seen, "3½ of 5 stars") {
			t.Errorf("%d posts: the newest are not shown", more+2)
		}
	}
	if _, err := (letter.Digest{Settings: siteSettings()}).Message(); err == nil {
		t.Error("a digest of nothing")
	}
}

func TestListHeaders(t *testing.T) {
	m, err := digest(t, letter.Monthly, 0).Message()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"List-Unsubscribe":      "<" + site + "/unsubscribe?t=%recipient.t%>",
		"List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		"List-Id":               `"The Mending Bench" <newsletter.mending.example>`,
	} {
		if m.Headers[name] != want {
			t.Errorf("%s: %q, want %q", name, m.Headers[name], want)
		}
	}
	note, err := letter.Notice{Settings: siteSettings(), Subject: "x"}.Message()
	if err != nil || note.Headers["List-Unsubscribe"] != "" || strings.Contains(note.HTML+note.Text, letter.Token) {
		t.Errorf("a notice belongs to no list: %v %v", note.Headers, err)
	}
}

func TestSenders(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*settings.Settings)
		from   string
		reply  string
	}{
		{"as set", func(*settings.Settings) {}, `"Ida Fenn" <letters@mending.example>`, `"Ida Fenn" <ida@mending.example>`},
		{"reply_to", func(s *settings.Settings) { s.Newsletter.ReplyTo = "post@mending.example" }, `"Ida Fenn" <letters@mending.example>`, `"Ida Fenn" <post@mending.example>`},
		{"no from", func(s *settings.Settings) { s.Newsletter.From = "" }, `"Ida Fenn" <newsletter@mending.example>`, `"Ida Fenn" <ida@mending.example>`},
		{"domain", func(s *settings.Settings) { s.Newsletter.From, s.Newsletter.Domain = "", "mg.example" }, `"Ida Fenn" <newsletter@mg.example>`, `"Ida Fenn" <ida@mending.example>`},
		{"nothing", func(s *settings.Settings) {
			s.Newsletter.From, s.Author, s.URL = "", settings.Author{}, "http://127.0.0.1:8080"
		}, `"The Mending Bench" <newsletter@localhost>`, ""},
		{"umlaut", func(s *settings.Settings) { s.Newsletter.From = "Jörg <j@mending.example>" }, `=?utf-8?q?J=C3=B6rg?= <j@mending.example>`, `"Ida Fenn" <ida@mending.example>`},
	} {
		s := siteSettings()
		c.change(s)
		m, err := letter.Notice{Settings: s, Subject: "x"}.Message()
		if err != nil || m.From != c.from || m.ReplyTo != c.reply {
			t.Errorf("%s: from %q, reply to %q, %v", c.name, m.From, m.ReplyTo, err)
		}
	}
	for name, change := range map[string]func(*settings.Settings){
		"newsletter.from":     func(s *settings.Settings) { s.Newsletter.From = "Ida" },
		"newsletter.reply_to": func(s *settings.Settings) { s.Newsletter.ReplyTo = "a@b, c@d" },
		"url":                 func(s *settings.Settings) { s.URL = "" },
	} {
		s := siteSettings()
		change(s)
		if _, err := (letter.Notice{Settings: s, Subject: "x"}).Message(); err == nil || !strings.HasPrefix(err.Error(), name+": ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
