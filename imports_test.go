package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/pennypost/pennypost/"

// imports says which of our packages each package may import, and why no others.
// Data flows one way: nouns at the bottom, workflows on top, input and output at
// the edges.
var imports = []struct {
	pkg, may, why string
}{
	{"internal/post", "", "a post is a text; who links to it or mails it is not its business"},
	{"internal/code", "", "220 languages, for those who write pages"},
	{"internal/settings", "", "the author's wishes, of use to everybody"},
	{"internal/picture", "", "bytes in, bytes out"},
	{"internal/picture/picturetest", "", "photos for tests"},
	{"internal/receipt", "", "words for the author; what happened is told to it"},
	{"internal/store", "", "buckets know nothing of what is in them"},
	{"internal/catalog", "internal/post", "the value that knows all content; it reads and writes nothing"},
	{"internal/theme", "internal/settings", "looks are made of values, not of posts"},
	{"internal/site", "internal/post internal/catalog internal/settings internal/theme internal/picture", "the plan is pure: no clock, no network, no bucket"},
	{"internal/mail", "internal/post internal/catalog internal/settings", "a message is a pure value; how it travels is the business of others"},
	{"internal/mailgun", "internal/mail", "the wire carries messages and knows nothing of subscribers"},
	{"internal/mailgun/mailguntest", "", "Mailgun's side of the wire, for tests"},
	{"internal/audience", "internal/store", "the list of subscribers knows nothing of what they are sent"},
	{"internal/publish", "internal/post internal/catalog internal/site internal/settings internal/picture internal/receipt internal/store internal/theme", "publishing knows of mail only that it is announced"},
	{"internal/newsletter", "internal/post internal/catalog internal/mail internal/audience internal/settings internal/receipt internal/store", "sending knows of Mailgun only what its Sender says"},
	{"internal/signup", "internal/audience internal/catalog internal/mail internal/settings internal/theme internal/store", "the subscriber's pages send through a Sender of one method"},
	{"internal/build", "internal/catalog internal/post internal/publish internal/settings internal/site internal/theme", "the same plan as publishing, into a folder"},
	{"functions", "internal/audience internal/catalog internal/mail internal/mailgun internal/newsletter internal/publish internal/settings internal/signup internal/store internal/theme", "the only place where events, environment, keys and the CDN meet the workflows"},
	{"functions/publish", "functions internal/code internal/post", "the one function that writes pages, and gives their code its colours"},
	{"functions/*", "functions", "a main says which function it is"},
	{"internal/local", "functions internal/store internal/local/*", "a laptop runs the functions; it does not know what they do"},
	{"internal/local/*", "internal/store", "each stands in for one service"},
	{"internal/browsertest", "", "it looks at what is served, and does not know what made it"},
	{"internal/store/storetest", "internal/local/s3disk internal/store", "tests of every package need a bucket"},
	{"internal/stack", "internal/store internal/mail internal/mailgun internal/settings", "AWS and Mailgun from the laptop: what is deployed, not what it does"},
	{"internal/stack/stacktest", "", "tests of every package that speaks to AWS need one"},
	{"internal/simulate", "functions internal/audience internal/catalog internal/newsletter internal/publish internal/site internal/theme internal/simulate/memory", "it plays the handlers; a clean build is its oracle, and that is made of the same parts"},
	{"internal/simulate/memory", "", "an S3 in memory, which knows nothing of what is in it"},
	{"internal/cli", "*", "a command names what it needs"},
	{"infra", "", "the stack is described, not imported"},
	{"infra/infratest", "", "tests read the template"},
	{".", "internal/cli", "main is the command line"},
}

// TestImports holds the real imports against the table.
func TestImports(t *testing.T) {
	list := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports", "./...")
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, module)
		if p.ImportPath == strings.TrimSuffix(module, "/") {
			name = "."
		}
		rule := -1
		for i, r := range imports {
			if ok, _ := path.Match(r.pkg, name); ok {
				rule = i
				break
			}
		}
		if rule < 0 {
			t.Errorf("%s is not in the table: say what it may import and why", name)
			continue
		}
		r := imports[rule]
		seen[r.pkg] = true
		for _, imp := range p.Imports {
			dep, ours := strings.CutPrefix(imp, module)
			if !ours || r.may == "*" {
				continue
			}
			allowed := slices.ContainsFunc(strings.Fields(r.may), func(m string) bool {
				ok, _ := path.Match(m, dep)
				return ok
			})
			if !allowed {
				t.Errorf("%s imports %s, and may not: %s", name, dep, r.why)
			}
		}
	}
	for _, r := range imports {
		if !seen[r.pkg] {
			t.Errorf("%s is in the table but not in the tree", r.pkg)
		}
	}
}

// TestRenderersArePure: what makes bytes out of values reaches for no clock, no
// network, no file and no chance.
func TestRenderersArePure(t *testing.T) {
	forbidden := []string{"net", "net/http", "os", "math/rand", "math/rand/v2", "crypto/rand", "database/sql"}
	for _, pkg := range []string{"post", "picture", "receipt", "catalog", "theme", "site", "mail", "settings"} {
		out, err := exec.Command("go", "list", "-f", `{{join .Imports "\n"}}`, "./internal/"+pkg).Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, imp := range strings.Fields(string(out)) {
			if slices.Contains(forbidden, imp) {
				t.Errorf("%s imports %s", pkg, imp)
			}
		}
	}
}

// TestFunctionsUseNoTemplates: a template looks methods up by name, so the linker
// keeps every method of everything, most of the AWS SDK among it: three megabytes in
// each function. theme and site use but the types of html/template.
func TestFunctionsUseNoTemplates(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./functions/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		names := strings.Fields(line)
		pkg, ours := strings.CutPrefix(names[0], module)
		if !ours || pkg == "internal/theme" || pkg == "internal/site" {
			continue
		}
		for _, imp := range names[1:] {
			if imp == "html/template" || imp == "text/template" {
				t.Errorf("%s imports %s", pkg, imp)
			}
		}
	}
}
