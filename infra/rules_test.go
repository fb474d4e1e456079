package infra_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pennypost/pennypost/infra/infratest"
)

// stack is the template as AWS translates it.
type stack struct {
	t         *testing.T
	resources map[string]any
}

// at follows keys down from a value; nil if there is nothing.
var at = infratest.At

func translated(t *testing.T) *stack {
	t.Helper()
	python, err := filepath.Abs("../.cache/sam/bin/python")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(python); err != nil {
		t.Skip("there is no SAM translator in .cache/sam (make tools)")
	}
	cmd := exec.Command(python, "testdata/translate.py", "../template.yaml")
	cmd.Env = append(os.Environ(), "AWS_DEFAULT_REGION=eu-central-1")
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Resources map[string]any }
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return &stack{t, all.Resources}
}

// each calls do for all resources of a type, of which there must be some.
func (s *stack) each(kind string, do func(id string, p map[string]any)) {
	s.t.Helper()
	n := 0
	for _, id := range slices.Sorted(maps.Keys(s.resources)) {
		if at(s.resources[id], "Type") == kind {
			n++
			p, _ := at(s.resources[id], "Properties").(map[string]any)
			do(id, p)
		}
	}
	if n == 0 {
		s.t.Errorf("there is no %s", kind)
	}
}

// id is the resource that a Ref or GetAtt means.
func id(v any) string {
	if name, ok := at(v, "Ref").(string); ok {
		return name
	}
	switch a := at(v, "Fn::GetAtt").(type) {
	case []any:
		name, _ := a[0].(string)
		return name
	case string:
		name, _, _ := strings.Cut(a, ".")
		return name
	}
	return ""
}

func text(v any) string {
	out, _ := json.Marshal(v)
	return string(out)
}

func number(v any) int {
	n, err := strconv.Atoi(fmt.Sprint(v))
	if err != nil {
		return -1
	}
	return n
}

func list(v any) []any {
	if l, ok := v.([]any); ok {
		return l
	}
	return []any{v}
}

// TestRulesOfTheStack holds what AWS would make of the template against our own rules.
func TestRulesOfTheStack(t *testing.T) {
	s := translated(t)
	t.Run("buckets", func(t *testing.T) { s.t = t; s.buckets() })
	t.Run("queues", func(t *testing.T) { s.t = t; s.queues() })
	t.Run("functions", func(t *testing.T) { s.t = t; s.functions() })
	t.Run("roles", func(t *testing.T) { s.t = t; s.roles() })
	t.Run("the CDN", func(t *testing.T) { s.t = t; s.cdn() })
	t.Run("alarms", func(t *testing.T) { s.t = t; s.alarms() })
	t.Run("costs", func(t *testing.T) { s.t = t; s.costs() })
	t.Run("no circle", func(t *testing.T) { s.t = t; s.noCircle() })
}

// deniesPlainHTTP tells whether a policy on a resource turns away what comes without TLS.
func (s *stack) deniesPlainHTTP(kind, holder, name string) bool {
	for _, r := range s.resources {
		if at(r, "Type") != kind {
			continue
		}
		on := slices.ContainsFunc(list(at(r, "Properties", holder)), func(v any) bool { return id(v) == name })
		for _, st := range list(at(r, "Properties", "PolicyDocument", "Statement")) {
			if on && at(st, "Effect") == "Deny" && at(st, "Principal") == "*" && at(st, "Condition", "Bool", "aws:SecureTransport") == "false" {
				return true
			}
		}
	}
	return false
}

func (s *stack) buckets() {
	s.each("AWS::S3::Bucket", func(name string, p map[string]any) {
		if text(at(p, "PublicAccessBlockConfiguration")) != `{"BlockPublicAcls":true,"BlockPublicPolicy":true,"IgnorePublicAcls":true,"RestrictPublicBuckets":true}` {
			s.t.Errorf("%s can be made public", name)
		}
		if !strings.Contains(text(at(p, "BucketEncryption")), `"SSEAlgorithm"`) {
			s.t.Errorf("%s is not encrypted", name)
		}
		if !s.deniesPlainHTTP("AWS::S3::BucketPolicy", "Bucket", name) {
			s.t.Errorf("%s takes requests without TLS", name)
		}
		if at(s.resources[name], "DeletionPolicy") != "Retain" || at(s.resources[name], "UpdateReplacePolicy") != "Retain" {
			s.t.Errorf("%s goes with the stack", name)
		}
		if name != "SiteBucket" && at(p, "VersioningConfiguration", "Status") != "Enabled" {
			s.t.Errorf("%s keeps no versions", name)
		}
		old := strings.Contains(text(at(p, "LifecycleConfiguration")), "NoncurrentDays")
		if name != "SiteBucket" && !old {
			s.t.Errorf("%s keeps old versions for ever", name)
		}
	})
	for _, prefix := range []string{"signups/", "webhooks/", "frozen/"} {
		if !slices.ContainsFunc(list(at(s.resources["StateBucket"], "Properties", "LifecycleConfiguration", "Rules")), func(r any) bool {
			return at(r, "Prefix") == prefix && at(r, "Status") == "Enabled" && number(at(r, "ExpirationInDays")) > 0
		}) {
			s.t.Errorf("%s never expires", prefix)
		}
	}
}

func (s *stack) queues() {
	dead := map[string]bool{}
	s.each("AWS::SQS::Queue", func(_ string, p map[string]any) { dead[id(at(p, "RedrivePolicy", "deadLetterTargetArn"))] = true })
	s.each("AWS::Scheduler::Schedule", func(name string, p map[string]any) {
		to := id(at(p, "Target", "DeadLetterConfig", "Arn"))
		if dead[to] = true; to == "" {
			s.t.Errorf("%s has no dead letters", name)
		}
		if !strings.Contains(text(at(p, "Name")), "AWS::StackName") {
			s.t.Errorf("%s has the same name in every stack", name)
		}
	})
	s.each("AWS::SQS::Queue", func(name string, p map[string]any) {
		if at(p, "SqsManagedSseEnabled") != true {
			s.t.Errorf("%s is not encrypted", name)
		}
		if !s.deniesPlainHTTP("AWS::SQS::QueuePolicy", "Queues", name) {
			s.t.Errorf("%s takes requests without TLS", name)
		}
		if !dead[name] && id(at(p, "RedrivePolicy", "deadLetterTargetArn")) == "" {
			s.t.Errorf("%s has no dead letters", name)
		}
	})
	s.each("AWS::Lambda::EventSourceMapping", func(name string, p map[string]any) {
		queue, function := s.resources[id(at(p, "EventSourceArn"))], s.resources[id(at(p, "FunctionName"))]
		if visible, timeout := number(at(queue, "Properties", "VisibilityTimeout")), number(at(function, "Properties", "Timeout")); timeout <= 0 || visible < 6*timeout {
			s.t.Errorf("%s: messages are visible again after %d s, the function takes %d", name, visible, timeout)
		}
		if text(at(p, "FunctionResponseTypes")) != `["ReportBatchItemFailures"]` || number(at(p, "ScalingConfig", "MaximumConcurrency")) < 2 || number(at(p, "MaximumBatchingWindowInSeconds")) < 1 {
			s.t.Errorf("%s is %s", name, text(p))
		}
	})
}

func (s *stack) functions() {
	s.each("AWS::Lambda::Function", func(name string, p map[string]any) {
		group := s.resources[id(at(p, "LoggingConfig", "LogGroup"))]
		if at(p, "LoggingConfig", "LogFormat") != "JSON" || at(group, "Type") != "AWS::Logs::LogGroup" {
			s.t.Errorf("%s logs as %s", name, text(at(p, "LoggingConfig")))
		}
		if at(p, "Runtime") != "provided.al2023" || text(at(p, "Architectures")) != `["arm64"]` || at(p, "ReservedConcurrentExecutions") != nil {
			s.t.Errorf("%s runs as %s", name, text(p))
		}
	})
	s.each("AWS::Logs::LogGroup", func(name string, p map[string]any) {
		if number(at(p, "RetentionInDays")) != 30 {
			s.t.Errorf("%s is kept for %v days", name, at(p, "RetentionInDays"))
		}
	})
	s.each("AWS::ApiGatewayV2::Stage", func(name string, p map[string]any) {
		for _, route := range []string{"POST /subscribe", "POST /unsubscribe", "POST /webhooks/mailgun"} {
			if number(at(p, "RouteSettings", route, "ThrottlingRateLimit")) <= 0 {
				s.t.Errorf("%s: %s is not throttled on its own", name, route)
			}
		}
		if number(at(p, "DefaultRouteSettings", "ThrottlingRateLimit")) <= 0 || at(p, "AccessLogSettings") != nil {
			s.t.Errorf("%s is %s", name, text(p))
		}
	})
}

func (s *stack) roles() {
	s.each("AWS::IAM::Role", func(name string, p map[string]any) {
		managed, _ := at(p, "ManagedPolicyArns").([]any)
		for _, m := range managed { // those of AWS allow more than is needed here
			if at(s.resources[id(m)], "Type") != "AWS::IAM::ManagedPolicy" {
				s.t.Errorf("%s has a policy that is not of this stack: %s", name, text(m))
			}
		}
		s.statements(name, list(at(p, "Policies")))
	})
	s.each("AWS::IAM::ManagedPolicy", func(name string, p map[string]any) { s.statements(name, []any{p}) })
	for _, kind := range []string{"AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"} {
		s.each(kind, func(name string, p map[string]any) {
			for _, st := range list(at(p, "PolicyDocument", "Statement")) {
				if at(st, "Effect") == "Allow" && (at(st, "Condition") == nil || at(st, "Principal", "Service") == nil) {
					s.t.Errorf("%s lets in more than one service on a condition: %s", name, text(st))
				}
			}
		})
	}
	s.each("AWS::Lambda::Permission", func(name string, p map[string]any) {
		if at(p, "SourceArn") == nil {
			s.t.Errorf("%s lets in every %v", name, at(p, "Principal"))
		}
	})
}

// statements checks what policies allow: no action with a wildcard, and of resources
// only what begins with a prefix.
func (s *stack) statements(name string, policies []any) {
	for _, policy := range policies {
		for _, st := range list(at(policy, "PolicyDocument", "Statement")) {
			for _, action := range list(at(st, "Action")) {
				if strings.Contains(fmt.Sprint(action), "*") {
					s.t.Errorf("%s allows %v", name, action)
				}
			}
			for _, resource := range list(at(st, "Resource")) {
				written := text(resource)
				if stars := strings.Count(written, "*"); stars > 1 || stars == 1 && !strings.HasSuffix(strings.TrimRight(written, `"}`), "*") || written == `"*"` {
					s.t.Errorf("%s allows %v on %s", name, at(st, "Action"), written)
				}
			}
		}
	}
}

func (s *stack) alarms() {
	s.each("AWS::CloudWatch::Alarm", func(name string, p map[string]any) {
		if at(p, "AlarmDescription") == nil || id(list(at(p, "AlarmActions"))[0]) != "Alarms" || at(p, "TreatMissingData") == nil {
			s.t.Errorf("%s is %s", name, text(p))
		}
	})
	s.each("AWS::SNS::Topic", func(name string, _ map[string]any) {
		if !s.deniesPlainHTTP("AWS::SNS::TopicPolicy", "Topics", name) {
			s.t.Errorf("%s takes requests without TLS", name)
		}
	})
	s.each("AWS::Budgets::Budget", func(name string, _ map[string]any) {
		if at(s.resources[name], "Condition") != "HasEmail" {
			s.t.Errorf("%s needs somebody to tell", name)
		}
	})
}

// costs: nothing that costs while nobody reads or writes.
func (s *stack) costs() {
	for name, r := range s.resources {
		kind := fmt.Sprint(at(r, "Type"))
		for _, dear := range []string{"::NatGateway", "::VPC", "SecretsManager", "::KMS::", "::LoadBalancer", "::ProvisionedConcurrency", "::WAFv2::"} {
			if strings.Contains(kind, dear) {
				s.t.Errorf("%s is a %s", name, kind)
			}
		}
	}
}

// noCircle follows each resource to what it needs.
func (s *stack) noCircle() {
	const visiting, visited = 1, 2
	seen := map[string]int{}
	var visit func(name string, path []string)
	visit = func(name string, path []string) {
		if path = append(path, name); seen[name] == visiting {
			s.t.Errorf("a circle: %s", strings.Join(path, " -> "))
			return
		} else if seen[name] == visited {
			return
		}
		seen[name] = visiting
		for _, needed := range needs(s.resources[name]) {
			if _, ours := s.resources[needed]; ours {
				visit(needed, path)
			}
		}
		seen[name] = visited
	}
	for name := range s.resources {
		visit(name, nil)
	}
}

// needs are the names a value refers to.
func needs(v any) []string {
	var out []string
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			out = append(out, needs(e)...)
		}
	case map[string]any:
		if name := id(v); name != "" {
			out = append(out, name)
		}
		for key, e := range v {
			switch key {
			case "DependsOn":
				for _, d := range list(e) {
					out = append(out, fmt.Sprint(d))
				}
			case "Fn::Sub":
				for _, part := range strings.Split(fmt.Sprint(e), "${")[1:] {
					name, _, _ := strings.Cut(part, "}")
					name, _, _ = strings.Cut(name, ".")
					out = append(out, name)
				}
			default:
				out = append(out, needs(e)...)
			}
		}
	}
	return out
}
