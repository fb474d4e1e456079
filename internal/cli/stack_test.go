package cli

import (
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pennypost/pennypost/internal/stack/stacktest"
)

// makeStack is the script command `aws NAME`: it points the script's environment at
// moto and makes a stack there. One server serves all scripts of a test; it is
// started when the first asks.
func makeStack(t *testing.T) func(*testscript.TestScript, bool, []string) {
	server := sync.OnceValues(func() (string, error) { return stacktest.Start(t) })
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != 1 {
			ts.Fatalf("usage: aws STACK")
		}
		address, err := server()
		ts.Check(err)
		for name, value := range map[string]string{
			"AWS_ENDPOINT_URL": address, "AWS_REGION": stacktest.Region, "AWS_EC2_METADATA_DISABLED": "true",
			"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any",
		} {
			ts.Setenv(name, value)
		}
		ts.Check(stacktest.Make(t.Context(), stacktest.Config(address), args[0], "https://blog.example"))
	}
}
