package cli

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// asCommand makes the test program be pennypost, so that tests run the very command
// as processes of their own, which can be killed.
const asCommand = "PENNYPOST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		os.Exit(Main(os.Args[1:], os.Stdout, os.Stderr))
	}
	testscript.Main(m, map[string]func(){
		"pennypost": func() { os.Exit(Main(os.Args[1:], os.Stdout, os.Stderr)) },
	})
}
