package infra_test

import (
	"bufio"
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// runner gives each event of a JSON list to the CDN's function, and prints what it
// returns as a list.
const runner = `
const fs = require('fs');
eval(fs.readFileSync('urls.js', 'utf8') + ';globalThis.handler = handler');
const events = JSON.parse(fs.readFileSync(0, 'utf8'));
console.log(JSON.stringify(events.map((e) => handler(e))));
`

// TestCDNFunction runs the CDN's function in Node over the very table the local
// front is held against.
func TestCDNFunction(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("there is no node")
	}
	f, err := os.Open("../internal/local/front/testdata/urls.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	type request struct {
		URI         string                       `json:"uri"`
		QueryString map[string]map[string]string `json:"querystring"`
	}
	type event struct {
		Request request `json:"request"`
	}
	type want struct{ address, status, target string }
	var wants []want
	var events []event
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || fields[0] == "#" || fields[0] != "GET" {
			continue
		}
		path, query, _ := strings.Cut(fields[1], "?")
		e := event{request{URI: path, QueryString: map[string]map[string]string{}}}
		for part := range strings.SplitSeq(query, "&") {
			if name, value, _ := strings.Cut(part, "="); name != "" {
				e.Request.QueryString[name] = map[string]string{"value": value}
			}
		}
		wants = append(wants, want{fields[1], fields[2], strings.Join(fields[3:], " ")})
		events = append(events, e)
	}
	if len(wants) < 20 {
		t.Fatalf("only %d addresses in the table", len(wants))
	}
	in, err := json.Marshal(events)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", "-e", runner)
	cmd.Stdin = strings.NewReader(string(in))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var answers []struct {
		URI        string `json:"uri"`
		StatusCode int    `json:"statusCode"`
		Headers    struct {
			Location struct{ Value string } `json:"location"`
		} `json:"headers"`
	}
	if err := json.Unmarshal(out, &answers); err != nil {
		t.Fatal(err)
	}
	for i, w := range wants {
		a := answers[i]
		switch {
		case w.status == "301" && (a.StatusCode != 301 || a.Headers.Location.Value != w.target):
			t.Errorf("%s leads to %q (%d), want %s", w.address, a.Headers.Location.Value, a.StatusCode, w.target)
		case w.status == "200":
			key, err := url.PathUnescape(strings.TrimPrefix(a.URI, "/"))
			if err != nil || key != w.target {
				t.Errorf("%s asks the bucket for %q, want %s", w.address, key, w.target)
			}
		case w.status == "404" && a.StatusCode != 0:
			t.Errorf("%s is redirected to %q, want the bucket's 404", w.address, a.Headers.Location.Value)
		}
	}
}

// TestTemplateHasTheFunction: template.yaml repeats urls.js word for word.
func TestTemplateHasTheFunction(t *testing.T) {
	code, err := os.ReadFile("urls.js")
	if err != nil {
		t.Fatal(err)
	}
	template, err := os.ReadFile("../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var indented strings.Builder
	for line := range strings.Lines(string(code)) {
		if strings.TrimSpace(line) != "" {
			indented.WriteString("        ") // as deep as FunctionCode is
		}
		indented.WriteString(line)
	}
	if !strings.Contains(string(template), indented.String()) {
		t.Error("template.yaml has another CDN function than infra/urls.js")
	}
}
