package cli

import (
	"fmt"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pennypost/pennypost/internal/local/inbox"
	"github.com/pennypost/pennypost/internal/mailgun/mailguntest"
	"github.com/pennypost/pennypost/internal/stack/stacktest"
)

// scriptCommand is a command of test scripts.
type scriptCommand = func(*testscript.TestScript, bool, []string)

// makeStack is the script command `aws NAME`: it points the script's environment at
// moto and makes a stack there. `aws put NAME KEY FILE` uploads a file to its content
// bucket. One server serves all scripts of a test; it is started when the first asks.
func makeStack(t *testing.T) scriptCommand {
	server := sync.OnceValues(func() (string, error) { return stacktest.Start(t) })
	return func(ts *testscript.TestScript, neg bool, args []string) {
		address, err := server()
		ts.Check(err)
		if len(args) == 4 && args[0] == "put" {
			bucket := args[1] + "-content-" + stacktest.Account
			_, err := s3.NewFromConfig(stacktest.Config(address)).PutObject(t.Context(), &s3.PutObjectInput{
				Bucket: &bucket, Key: &args[2], Body: strings.NewReader(ts.ReadFile(args[3])),
			})
			ts.Check(err)
			return
		}
		if neg || len(args) != 1 {
			ts.Fatalf("usage: aws STACK, aws put STACK KEY FILE")
		}
		for name, value := range map[string]string{
			"AWS_ENDPOINT_URL": address, "AWS_REGION": stacktest.Region, "AWS_EC2_METADATA_DISABLED": "true",
			"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any",
		} {
			ts.Setenv(name, value)
		}
		ts.Check(stacktest.Make(t.Context(), stacktest.Config(address), args[0], "https://blog.example"))
	}
}

// account is the script command `mailgun DOMAIN`: an account at Mailgun, at $MAILGUN,
// with the key "the-account-key". `mailgun show` prints what it has come to hold,
// `mailgun no-keys` makes it refuse to make keys, `mailgun unverified` takes its
// domain's SPF and DKIM away.
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
		mail, err := inbox.New(inbox.Options{Dir: ts.MkAbs("mail")})
		ts.Check(err)
		values.account = mailguntest.New(args[0], mail)
		server := httptest.NewServer(values.account)
		ts.Defer(server.Close)
		ts.Setenv("MAILGUN", server.URL)
	}
}

// holder holds what script commands of one script share.
type holder struct{ account *mailguntest.Account }
