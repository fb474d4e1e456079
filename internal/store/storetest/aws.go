package storetest

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// AWS returns the real aws command, as authors use it, at work in a folder on the S3
// server at an address: what it prints, and whether it failed. The test is skipped
// where there is none.
func AWS(t testing.TB, url, dir string) func(args ...string) (string, error) {
	t.Helper()
	program := tool(t, "aws", "venv/bin/aws", "--version")
	return func(args ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), program, append([]string{"--endpoint-url", url}, args...)...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID=any", "AWS_SECRET_ACCESS_KEY=any", "AWS_DEFAULT_REGION=us-east-1",
			"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_EC2_METADATA_DISABLED=true")
		out, err := cmd.CombinedOutput()
		return strings.TrimSpace(string(out)), err
	}
}
