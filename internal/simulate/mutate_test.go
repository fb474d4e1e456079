package simulate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestMutations breaks the program on purpose, in each of the ways of the table, and
// shows that the simulator catches it: a proof that cannot fail proves nothing.
func TestMutations(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it builds a program of its own and plays hundreds of histories")
	}
	all := slices.Concat(publishMutations, newsletterMutations, promiseMutations, limitMutations, yearMutations)
	program := mutants(t, all)
	for _, v := range hear(t, program, "", 20) {
		if v.failure != "" {
			t.Fatalf("with no mutation on, seed %s fails: %s", v.seed, v.failure)
		}
	}
	if said, failed := retell(t, program, "", "TestYear"); failed {
		t.Fatalf("with no mutation on, the year fails:\n%s", tail([]byte(said)))
	}
	var table strings.Builder
	for _, m := range all {
		t.Run(strings.ReplaceAll(m.name, " ", "-"), func(t *testing.T) {
			if m.paper != "" {
				said, failed := retell(t, program, m.name, m.paper)
				found := regexp.MustCompile(m.want).FindString(said)
				if !failed || found == "" {
					t.Errorf("not caught by %s, though %s:\n%s", m.paper, m.why, tail([]byte(said)))
				}
				fmt.Fprintf(&table, "%11s  %-60s %s: %s\n", "", m.name, m.paper, found)
				return
			}
			verdicts := hear(t, program, m.name, m.seeds)
			so, otherwise, example := caught(verdicts, regexp.MustCompile(m.want))
			line := fmt.Sprintf("%4d of %3d  %-60s %s", so, m.seeds, m.name, example)
			fmt.Fprintln(&table, line)
			t.Log(line)
			if so > 0 {
				return
			}
			_, _, other := caught(verdicts, regexp.MustCompile(""))
			t.Errorf("not caught by %d histories, though %s; %d broke another invariant: %s", m.seeds, m.why, otherwise, other)
		})
	}
	fmt.Printf("mutations, and how many histories caught each:\n%s", table.String())
}
