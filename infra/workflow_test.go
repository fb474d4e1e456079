package infra_test

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/pennypost/pennypost/internal/local/s3disk"
	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

// workflow is what GitHub would run of github-actions.yml.
type workflow struct {
	Permissions map[string]string `yaml:"permissions"`
	Jobs        map[string]struct {
		Steps []struct {
			Env  map[string]string `yaml:"env"`
			Uses string            `yaml:"uses"`
			Run  string            `yaml:"run"`
		} `yaml:"steps"`
	} `yaml:"jobs"`
}

// TestWorkflow plays the steps that GitHub's machine would run on three pushes: with the
// real git and aws, by the shell and its flags that GitHub runs them with
// (docs.github.com, "Workflow syntax": bash -e), on a real S3 server.
func TestWorkflow(t *testing.T) {
	if !works("aws", "--version") || !works("git", "--version") || !works("bash", "--version") {
		t.Skip("it takes bash, git and aws on PATH; .ci/tools brings aws")
	}
	text, err := os.ReadFile("github-actions.yml")
	if err != nil {
		t.Fatal(err)
	}
	var w workflow
	if err := yaml.Unmarshal(text, &w); err != nil {
		t.Fatal(err)
	}
	if w.Permissions["contents"] != "read" || w.Permissions["id-token"] != "write" || len(w.Permissions) != 2 {
		t.Errorf("it may %v", w.Permissions)
	}

	disk, err := s3disk.Open(t.TempDir(), s3disk.Options{Volatile: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := disk.Make("content"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(disk.Handler())
	t.Cleanup(server.Close)
	content := store.New(storetest.Client(server.URL), "content")

	repo, bin := t.TempDir(), t.TempDir()
	// GitHub's machine waits for the publish function; here nobody has to.
	if err := os.WriteFile(filepath.Join(bin, "sleep"), []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	run := func(env []string, name string, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Dir = repo
		cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "BUCKET=content", "HOME="+bin,
			"AWS_ENDPOINT_URL="+server.URL, "AWS_ACCESS_KEY_ID=any", "AWS_SECRET_ACCESS_KEY=any", "AWS_REGION=eu-central-1",
			"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_EC2_METADATA_DISABLED=true",
			"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@author.example", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@author.example")
		cmd.Env = append(cmd.Env, env...)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s %q: %v\n%s%s", name, args, err, out, stderr.Bytes())
		}
		return string(out)
	}
	write := func(name, text string) {
		t.Helper()
		name = filepath.Join(repo, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// push plays the steps of one push and returns what they print.
	push := func(before string) string {
		t.Helper()
		run(nil, "git", "add", "-A")
		run(nil, "git", "commit", "-qm", "posts")
		var out string
		for _, step := range w.Jobs["upload"].Steps {
			if step.Run == "" {
				continue
			}
			if strings.Contains(step.Run, "${{") {
				t.Errorf("what an event says is pasted into a program: %s", step.Run)
			}
			var env []string
			for name, value := range step.Env {
				env = append(env, name+"="+strings.ReplaceAll(value, "${{ github.event.before }}", before))
			}
			script := filepath.Join(bin, "step.sh")
			if err := os.WriteFile(script, []byte(step.Run), 0o644); err != nil {
				t.Fatal(err)
			}
			out += run(env, "bash", "-e", script)
		}
		return out
	}
	receipt := func(key, text string) {
		t.Helper()
		if _, err := content.Create(t.Context(), "receipts/"+key+".txt", []byte(text+"\n"), store.Header{}); err != nil {
			t.Fatal(err)
		}
	}
	holds := func(want ...string) {
		t.Helper()
		slices.Sort(want)
		if got := storetest.Keys(t, content, "posts/"); !slices.Equal(got, want) {
			t.Errorf("the bucket holds %q, want %q", got, want)
		}
	}

	run(nil, "git", "init", "-q")
	const odd = "posts/Über die Stille, \"leise\".md"
	write("posts/first.md", "# First\n")
	write(odd, "# Über die Stille\n")
	write("README.md", "not a post\n")
	receipt("posts/first.md", "Published first")
	receipt(odd, "Published odd")
	out := push(strings.Repeat("0", 40))
	holds("posts/first.md", odd)
	for _, want := range []string{"== posts/first.md\nPublished first\n", "== " + odd + "\nPublished odd\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("the first push does not print %q:\n%s", want, out)
		}
	}
	if strings.Contains(out, "README") {
		t.Errorf("a file outside posts/ is told of:\n%s", out)
	}

	// One renamed, one new without a receipt yet; what did not change is not told again.
	before := strings.TrimSpace(run(nil, "git", "rev-parse", "HEAD"))
	run(nil, "git", "mv", "posts/first.md", "posts/renamed.md")
	write("posts/second.md", "# Second\n")
	receipt("posts/renamed.md", "Published renamed")
	out = push(before)
	holds("posts/renamed.md", "posts/second.md", odd)
	for _, want := range []string{"== posts/renamed.md\nPublished renamed\n", "== posts/second.md\nno receipt yet\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("the second push does not print %q:\n%s", want, out)
		}
	}
	if strings.Contains(out, "Published odd") {
		t.Errorf("a file that did not change is told of:\n%s", out)
	}

	// A forced push: what was before it is unknown here.
	write("posts/third.md", "# Third\n")
	if out = push(fmt.Sprintf("%040x", 12345)); !strings.Contains(out, "== posts/third.md\n") {
		t.Errorf("a push after an unknown one does not tell of it:\n%s", out)
	}
	holds("posts/renamed.md", "posts/second.md", "posts/third.md", odd)
}

// works says whether a program is there and starts.
func works(name string, args ...string) bool { return exec.Command(name, args...).Run() == nil }
