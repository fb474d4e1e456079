package mail_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jhillyerd/enmime/v2"
)

// bigClients are the mail programs that most people read with.
const bigClients = "gmail.desktop-webmail,gmail.ios,gmail.android,apple-mail.macos,apple-mail.ios," +
	"outlook.windows,outlook.macos,outlook.outlook-com,outlook.ios,outlook.android,yahoo.desktop-webmail,yahoo.ios,yahoo.android"

// harmless is what a program may not know, with what it does instead.
var harmless = map[string]string{
	"@media outlook.windows":           "shows the light colours at full width",
	"border-radius outlook.windows":    "draws square corners",
	"table-layout outlook.windows":     "grows as wide as a table within it",
	"white-space outlook.windows":      "keeps the lines of a pre by itself, and wraps the head's link",
	"overflow outlook.windows":         "hides the preheader by mso-hide",
	"overflow outlook.android":         "hides the preheader by the style sheet",
	"overflow yahoo.android":           "hides the preheader by the style sheet",
	"<body> element outlook.ios":       "takes its colour from the div within",
	"<body> element outlook.android":   "takes its colour from the div within",
	"<body> element yahoo.ios":         "takes its colour from the div within",
	"<body> element yahoo.android":     "takes its colour from the div within",
	"word-break yahoo.desktop-webmail": "lets a very long word stick out",
	"word-break yahoo.ios":             "lets a very long word stick out",
	"word-break yahoo.android":         "lets a very long word stick out",
}

// linter judges every message of a JSON object on its standard input.
const linter = `
import fs from 'node:fs';
const [, module, clients] = process.argv;
const { doIUseEmail } = await import(module);
const pages = JSON.parse(fs.readFileSync(0, 'utf8'));
const reports = {};
for (const name in pages) reports[name] = doIUseEmail(pages[name], { emailClients: clients.split(',') });
fs.writeSync(1, JSON.stringify(Object.fromEntries(Object.entries(reports).map(([k, r]) => [k, { errors: r.errors ?? [] }]))));
`

// caniemail.com's data, by the linter doiuse-email.
func TestNoUnsupportedMarkup(t *testing.T) {
	t.Parallel()
	module, err := filepath.Abs("../../.cache/npm/node_modules/doiuse-email/index.js")
	if err != nil {
		t.Fatal(err)
	}
	node, err := exec.LookPath("node")
	if _, missing := os.Stat(module); err != nil || missing != nil {
		t.Skip("doiuse-email is not in .cache/npm, or there is no node")
	}
	pages := map[string]string{}
	for name, m := range everyMessage(t) {
		pages[name] = m.HTML
	}
	in, err := json.Marshal(pages)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(node, "--input-type=module", "--eval", linter, "file://"+module, bigClients)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var reports map[string]struct{ Errors []string }
	if err := json.Unmarshal(out, &reports); err != nil {
		t.Fatal(err)
	}
	if len(reports) != len(pages) {
		t.Fatalf("%d of %d messages were judged", len(reports), len(pages))
	}
	form := regexp.MustCompile("^`(.+)` is not supported by `(.+)`$")
	for name, report := range reports {
		for _, e := range report.Errors {
			part := form.FindStringSubmatch(e)
			if part == nil || harmless[part[1]+" "+part[2]] == "" {
				t.Errorf("%s: %s", name, e)
			}
		}
	}
}

// received is a message as the reader's server gets it: with what Mailgun's
// servers add.
func received(t *testing.T, name string) []byte {
	t.Helper()
	m := everyMessage(t)[name]
	head := "Received: from m42.mailgun.example (m42.mailgun.net [161.38.200.7])\r\n" +
		"\tby mx.reader.example with ESMTPS id abc123; Mon, 23 Nov 2026 12:00:02 +0000\r\n"
	return append([]byte(head), m.EML("reader@reader.example", "k3Jd9fT2sXq8", time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC))...)
}

// SpamAssassin itself, without the network: the rules left are those about content.
func TestSpamAssassin(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("spamassassin"); err != nil {
		t.Skip("spamassassin is not installed")
	}
	// What these say is the test's doing: no DNS, a date that is not today, the example domains.
	notContent := regexp.MustCompile(`^(DATE_IN_|NO_RELAYS|NO_RECEIVED|DKIM_|SPF_|RDNS_|HEADER_FROM_|URIBL_|RCVD_|KHOP_HELO|ALL_TRUSTED|DMARC_|T_SPF|T_DMARC|T_DKIM)`)
	rule := regexp.MustCompile(`(?m)^\s*(-?\d+\.\d+) ([A-Z][A-Z0-9_]+)`)
	var box bytes.Buffer // all in one run: most of its time is starting
	for name := range everyMessage(t) {
		fmt.Fprintf(&box, "From sender@example.org Mon Nov 23 12:00:02 2026\nX-Fixture: %s\n", name)
		box.Write(bytes.ReplaceAll(received(t, name), []byte("\r\n"), []byte("\n")))
		box.WriteString("\n")
	}
	cmd := exec.Command("spamassassin", "-L", "-t", "-x", "--mbox")
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	cmd.Stdin = &box
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("spamassassin does not run here: %v", err)
	}
	judged := 0
	for report := range strings.SplitSeq(string(out), "\nX-Fixture: ") {
		name, report, _ := strings.Cut(report, "\n")
		_, report, found := strings.Cut(report, "Content analysis details:")
		if !found {
			continue
		}
		judged++
		var sum float64
		for _, hit := range rule.FindAllStringSubmatch(report, -1) {
			points, _ := strconv.ParseFloat(hit[1], 64)
			if points > 0 && !notContent.MatchString(hit[2]) {
				sum += points
			}
		}
		if sum > 0.5 {
			t.Errorf("%s: content rules add up to %.1f\n%s", name, sum, report)
		}
	}
	if judged != len(everyMessage(t)) {
		t.Errorf("%d of %d messages were judged", judged, len(everyMessage(t)))
	}
}

func TestMIMEIsRead(t *testing.T) {
	for name, m := range everyMessage(t) {
		e, err := enmime.ReadEnvelope(bytes.NewReader(received(t, name)))
		if err != nil || len(e.Errors) > 0 {
			t.Errorf("%s: %v %v", name, err, e.Errors)
			continue
		}
		want := strings.NewReplacer("%recipient.t%", "k3Jd9fT2sXq8")
		for _, body := range [][2]string{{e.HTML, m.HTML}, {e.Text, m.Text}} {
			if strings.ReplaceAll(body[0], "\r\n", "\n") != want.Replace(body[1]) {
				t.Errorf("%s: a body came out different", name)
			}
		}
		if e.GetHeader("Subject") != m.Subject {
			t.Errorf("%s: subject %q", name, e.GetHeader("Subject"))
		}
	}
}
