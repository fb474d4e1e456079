package cli

import (
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pennypost/pennypost/functions"
	"github.com/pennypost/pennypost/internal/local/front"
	"github.com/pennypost/pennypost/internal/local/inbox"
	"github.com/pennypost/pennypost/internal/mailgun/mailguntest"
	"github.com/pennypost/pennypost/internal/stack/stacktest"
	"github.com/pennypost/pennypost/internal/store"
)

// cloud is what scripts do to AWS, by the command `aws`. One moto serves all scripts
// of a test; it is started when the first asks.
type cloud struct {
	t       *testing.T
	address func() (string, error)
}

func newCloud(t *testing.T) *cloud {
	return &cloud{t, sync.OnceValues(func() (string, error) { return stacktest.Start(t) })}
}

// command is the script command `aws`:
//
//	aws make NAME [URL]      makes a stack, its site at URL, and points the script's
//	                         environment at it
//	aws site NAME            makes one whose site is up, with the real handlers, and sets $SITE
//	aws put NAME KEY FILE    uploads a file to its content bucket
//	aws spoil NAME KEY       overwrites an object of its site
//	aws dead NAME            gives a message up
//	aws log NAME FILE        lets its publish function log the lines of a file
//	aws harm NAME            turns off what the doctor looks at
func (c *cloud) command(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: aws make|site|put|spoil|dead|log|harm STACK …")
	}
	address, err := c.address()
	ts.Check(err)
	aws, name := stacktest.Config(address), args[1]
	switch args[0] {
	case "make", "site":
		for name, value := range map[string]string{
			"AWS_ENDPOINT_URL": address, "AWS_REGION": stacktest.Region, "AWS_EC2_METADATA_DISABLED": "true",
			"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any",
		} {
			ts.Setenv(name, value)
		}
		url := "https://blog.example"
		if args[0] == "site" {
			url = siteOf(ts, aws, name)
			ts.Setenv("SITE", url)
		}
		ts.Check(stacktest.Make(c.t.Context(), aws, name, url))
	case "put":
		bucket := name + "-content-" + stacktest.Account
		_, err := s3.NewFromConfig(aws).PutObject(c.t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &args[2], Body: strings.NewReader(ts.ReadFile(args[3]))})
		ts.Check(err)
	case "spoil":
		bucket := name + "-site-" + stacktest.Account
		_, err := s3.NewFromConfig(aws).PutObject(c.t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &args[2], Body: strings.NewReader("spoilt")})
		ts.Check(err)
	case "dead":
		ts.Check(stacktest.GiveUp(c.t.Context(), aws, name))
	case "log":
		ts.Check(stacktest.Log(c.t.Context(), aws, name, "publish", strings.Split(strings.TrimSpace(ts.ReadFile(args[2])), "\n")))
	case "harm":
		ts.Check(stacktest.Harm(c.t.Context(), aws, name))
	}
}

// siteOf serves a stack's site as its functions would, over the buckets in moto.
func siteOf(ts *testscript.TestScript, aws aws.Config, name string) string {
	bucket := func(kind string) string { return name + "-" + kind + "-" + stacktest.Account }
	around := functions.Deployment{
		Content: bucket("content"), Site: bucket("site"), State: bucket("state"), SiteURL: "https://blog.example",
		SendingKey: "/pennypost/" + name + "/sending-key", SigningKey: "/pennypost/" + name + "/signing-key",
		Undo: time.Minute, Settle: time.Minute, Deadline: time.Minute,
	}.On(aws, slog.New(slog.DiscardHandler))
	site := httptest.NewServer(front.New(front.Options{
		Site: store.New(around.S3, around.Site), Subscribe: around.Subscribe(), Webhook: around.Webhook(),
		Welcome: []byte("<!doctype html><title>Welcome</title>"), Log: around.Log,
	}))
	ts.Defer(site.Close)
	return site.URL
}

// account is the script command `mailgun DOMAIN`: an account at Mailgun, at $MAILGUN,
// with the key "the-account-key"; `mails` lists what it was sent. `mailgun show` prints
// what it has come to hold, `mailgun no-keys` makes it refuse to make keys, and
// `mailgun unverified` takes its domain's SPF and DKIM away.
func account(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: mailgun DOMAIN, mailgun show|no-keys|unverified")
	}
	values := ts.Value(holder{}).(*holder)
	switch args[0] {
	case "show":
		a := values.account
		for _, kind := range slices.Sorted(maps.Keys(a.Hooks)) {
			fmt.Fprintln(ts.Stdout(), "webhook", kind, a.Hooks[kind])
		}
		for _, key := range slices.Sorted(maps.Keys(a.Keys)) {
			fmt.Fprintln(ts.Stdout(), "key", key, a.Keys[key])
		}
	case "no-keys":
		values.account.NoKeys = true
	case "unverified":
		values.account.State, values.account.BadRecords = "unverified", []string{"TXT"}
	default:
		mail, err := inbox.New(inbox.Options{Dir: ts.MkAbs("mail of " + args[0])})
		ts.Check(err)
		values.account = mailguntest.New(args[0], mail)
		for name, handler := range map[string]http.Handler{"MAILGUN": values.account, "INBOX": mail} {
			server := httptest.NewServer(handler)
			ts.Defer(server.Close)
			ts.Setenv(name, server.URL)
		}
	}
}

// holder holds what script commands of one script share.
type holder struct{ account *mailguntest.Account }

// becomes is the script command `becomes REGEXP COMMAND…`: it repeats a command until
// what it prints matches.
func becomes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: becomes REGEXP COMMAND…")
	}
	want := regexp.MustCompile("(?m)" + args[0])
	for end := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		ts.Check(ts.Exec(args[1], args[2:]...))
		if want.MatchString(ts.ReadFile("stdout")) {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("it never printed %q", args[0])
		}
	}
}
