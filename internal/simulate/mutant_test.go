package simulate

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// A mutation is a change of the program that must not go unnoticed.
type mutation struct {
	name string
	why  string // it must be caught, or what would come of it
	want string // matches what is said by the invariant that it breaks
	// seeds is how many histories are played, from the first on: enough for several to
	// catch it, so that a change elsewhere, which gives each seed another history, does
	// not let it escape.
	seeds int
	// paper names the test of a case from the review that catches it, for what hardly
	// happens by chance; then no histories are played.
	paper string
	edits []edit
}

// An edit is one place of a file that a mutation changes. Old must stand there exactly
// once. New is the program with and without the mutation, which the word BROKEN tells
// apart: so one program holds all mutations, is built once, and is told when it is
// started which of them is on.
type edit struct{ file, old, new string }

const mutantVariable = "PENNYPOST_MUTANT"

var verdicts = flag.Bool("verdicts", false, "tell of each history in a line what became of it")

// TestVerdicts plays the histories asked for with -seeds to their end and tells of each,
// in a line, which invariant it broke first, if any. TestMutations runs it.
func TestVerdicts(t *testing.T) {
	if !*verdicts {
		return // the test is told to the one that reads it
	}
	var next atomic.Uint64
	for shard := range 4 {
		t.Run(strconv.Itoa(shard), func(t *testing.T) {
			t.Parallel()
			for n := next.Add(1); n <= uint64(*seeds); n = next.Add(1) {
				first := ""
				if r := history(t, *from+n-1); len(r.Failures) > 0 {
					first = strconv.Quote(r.Failures[0])
				}
				fmt.Printf("verdict %d %s\n", *from+n-1, first)
			}
		})
	}
}

// mutants builds the program with every mutation in it, all of them off.
func mutants(t *testing.T, all []mutation) (program string) {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	type span struct {
		from, to int
		new      string
	}
	spans, texts := map[string][]span{}, map[string]string{}
	for _, m := range all {
		for _, e := range m.edits {
			if texts[e.file] == "" {
				b, err := os.ReadFile(filepath.Join(root, e.file))
				if err != nil {
					t.Fatal(err)
				}
				texts[e.file] = string(b)
			}
			if n := strings.Count(texts[e.file], e.old); n != 1 {
				t.Fatalf("%s: %s holds %q %d times, not once: the code has changed, and so must the mutation", m.name, e.file, e.old, n)
			}
			if !strings.Contains(e.new, "BROKEN") {
				t.Fatalf("%s: the change of %s is always on", m.name, e.file)
			}
			at := strings.Index(texts[e.file], e.old)
			spans[e.file] = append(spans[e.file], span{at, at + len(e.old), strings.ReplaceAll(e.new, "BROKEN", fmt.Sprintf("(mutant == %q)", m.name))})
		}
	}
	dir := t.TempDir()
	replace := map[string]string{}
	put := func(file, text string) {
		instead := filepath.Join(dir, strings.ReplaceAll(file, "/", "-"))
		if err := os.WriteFile(instead, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(root, file)] = instead
	}
	for file, text := range texts {
		var b strings.Builder
		done := 0
		slices.SortFunc(spans[file], func(a, b span) int { return a.from - b.from })
		for _, s := range spans[file] {
			if s.from < done {
				t.Fatalf("two mutations change the same place of %s: %q", file, text[s.from:s.to])
			}
			b.WriteString(text[done:s.from] + s.new)
			done = s.to
		}
		put(file, b.String()+text[done:])
		folder := filepath.Dir(file)
		put(folder+"/mutant.go", fmt.Sprintf("package %s\n\nimport \"os\"\n\nvar mutant = os.Getenv(%q)\n", filepath.Base(folder), mutantVariable))
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(name, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	program = filepath.Join(dir, "simulate.test")
	build := exec.Command("go", "test", "-c", "-ldflags", "-s -w", "-overlay", name, "-o", program, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("the mutations do not build: %v\n%s", err, out)
	}
	return program
}

// verdict is what became of one history.
type verdict struct{ seed, failure string }

// hear plays histories with one mutation on; with none for an empty name.
func hear(t *testing.T, program, mutant string, seeds int) []verdict {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "-test.run", "^TestVerdicts$", "-verdicts", "-from", "1", "-seeds", strconv.Itoa(seeds))
	cmd.Env = append(os.Environ(), mutantVariable+"="+mutant)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("the histories did not come to their end: %v\n%s", err, tail(out))
	}
	var all []verdict
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		rest, ok := strings.CutPrefix(lines.Text(), "verdict ")
		if !ok {
			continue
		}
		seed, failure, _ := strings.Cut(rest, " ")
		if failure != "" {
			if failure, err = strconv.Unquote(failure); err != nil {
				t.Fatal(err)
			}
		}
		all = append(all, verdict{seed, failure})
	}
	if len(all) != seeds {
		t.Fatalf("%d of %d histories told what became of them:\n%s", len(all), seeds, tail(out))
	}
	return all
}

// retell plays one of the cases from the review with a mutation on, and returns what it
// says; failed tells whether it failed.
func retell(t *testing.T, program, mutant, paper string) (said string, failed bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "-test.run", "^"+paper+"$", "-test.v")
	cmd.Env = append(os.Environ(), mutantVariable+"="+mutant)
	out, err := cmd.CombinedOutput()
	if !bytes.Contains(out, []byte("=== RUN   "+paper)) {
		t.Fatalf("there is no %s", paper)
	}
	return string(out), err != nil
}

func tail(out []byte) []byte { return out[max(0, len(out)-4000):] }

// caught counts the histories that broke the invariant, and those that broke another.
func caught(all []verdict, want *regexp.Regexp) (so, otherwise int, example string) {
	for _, v := range all {
		switch {
		case v.failure == "":
		case want.MatchString(v.failure):
			if so++; example == "" {
				example, _, _ = strings.Cut("seed "+v.seed+": "+v.failure, "\n")
			}
		default:
			otherwise++
		}
	}
	return so, otherwise, example
}
