package functions_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pennypost/pennypost/functions"
	"github.com/pennypost/pennypost/infra/infratest"
)

// names are the five functions.
var names = []string{"publish", "digest", "send", "subscribe", "webhook"}

// granted but never seen by the transport, because the function itself does not call it.
var elsewhere = map[string]string{
	"logs:CreateLogStream":   "Lambda writes the function's log in its name",
	"logs:PutLogEvents":      "Lambda writes the function's log in its name",
	"sqs:ReceiveMessage":     "Lambda's poller works in the function's name",
	"sqs:DeleteMessage":      "Lambda's poller works in the function's name",
	"sqs:GetQueueAttributes": "Lambda's poller works in the function's name",
}

// TestPoliciesAreExact: all five functions do everything they can do, each with an
// access key of its own, against servers that remember each call. What they called is
// held against the roles of template.yaml, both ways: every call is allowed, and what
// is allowed was called.
func TestPoliciesAreExact(t *testing.T) {
	calls := newSeason(t)
	calls.everything()
	template, err := infratest.Read("../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			role := strings.ToUpper(name[:1]) + name[1:] + "Role"
			statements := template.Allowed(role)
			if len(statements) < 3 {
				t.Fatalf("%s has %d statements", role, len(statements))
			}
			made := calls.aws.made(name)
			if len(made) < 4 {
				t.Fatalf("only %d calls were seen", len(made))
			}
			used := map[[2]string]bool{} // action, resource pattern
			for call := range made {
				allowed := false
				for _, s := range statements {
					for _, pattern := range s.Resources {
						if slices.Contains(s.Actions, call.action) && matches(pattern, call.resource) {
							used[[2]string{call.action, pattern}] = true
							allowed = true
						}
					}
				}
				if !allowed {
					t.Errorf("the role does not allow %s on %s", call.action, call.resource)
				}
			}
			for _, s := range statements {
				for _, action := range s.Actions {
					if strings.Contains(action, "*") {
						t.Errorf("statement %s allows %s", s.Sid, action)
					}
					if elsewhere[action] != "" {
						continue
					}
					for _, pattern := range s.Resources {
						if !used[[2]string{action, pattern}] {
							t.Errorf("nothing used statement %s: %s on %s", s.Sid, action, pattern)
						}
					}
				}
			}
		})
	}
}

// matches tells whether an ARN of a policy covers a resource: "*" stands for anything.
func matches(pattern, resource string) bool {
	expr := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*")
	return regexp.MustCompile("^" + expr + "$").MatchString(resource)
}

// TestEachFunctionIsGivenWhatItNeeds: the variables of template.yaml are those that the
// function does not start without.
func TestEachFunctionIsGivenWhatItNeeds(t *testing.T) {
	template, err := infratest.Read("../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		id := strings.ToUpper(name[:1]) + name[1:] + "Function"
		given, _ := template.At("Resources", id, "Properties", "Environment", "Variables").(map[string]any)
		if got, want := slices.Sorted(maps.Keys(given)), slices.Sorted(slices.Values(functions.Needs[name])); !slices.Equal(got, want) {
			t.Errorf("%s is given %v, and needs %v", name, got, want)
		}
		if deadline, ok := given["DEADLINE"]; ok {
			timeout, _ := template.At("Resources", id, "Properties", "Timeout").(string)
			if template.Text(deadline) != timeout+"s" {
				t.Errorf("%s has a timeout of %s s and is told %v", name, timeout, deadline)
			}
		}
	}
}
