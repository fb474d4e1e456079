package infra_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pennypost/pennypost/functions"
	"github.com/pennypost/pennypost/infra/infratest"
	"github.com/pennypost/pennypost/internal/local/front"
	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

func (s *stack) cdn() {
	s.each("AWS::CloudFront::Distribution", func(_ string, p map[string]any) {
		c := at(p, "DistributionConfig")
		behaviors := append(list(at(c, "CacheBehaviors")), at(c, "DefaultCacheBehavior"))
		for _, b := range behaviors {
			if way := at(b, "ViewerProtocolPolicy"); way != "redirect-to-https" && way != "https-only" {
				s.t.Errorf("%v is served by %v", at(b, "PathPattern"), way)
			}
			if at(b, "Compress") != true || id(at(b, "ResponseHeadersPolicyId")) != "SecurityHeaders" {
				s.t.Errorf("%v is served without compression or headers", at(b, "PathPattern"))
			}
		}
		for _, o := range list(at(c, "Origins")) {
			closed := id(at(o, "OriginAccessControlId")) == "OriginAccess" || at(o, "CustomOriginConfig", "OriginProtocolPolicy") == "https-only"
			if !closed {
				s.t.Errorf("the origin is %s", text(o))
			}
		}
		for _, code := range []int{403, 404} {
			if !slices.ContainsFunc(list(at(c, "CustomErrorResponses")), func(e any) bool {
				return number(at(e, "ErrorCode")) == code && number(at(e, "ResponseCode")) == 404 && at(e, "ResponsePagePath") == "/404.html"
			}) {
				s.t.Errorf("a %d is not answered by 404.html", code)
			}
		}
	})
}

// TestTheCDNSpeaksAsTheFront: readers get the same headers here and on AWS, and the same
// addresses are those of functions.
func TestTheCDNSpeaksAsTheFront(t *testing.T) {
	template, err := infratest.Read("../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f := front.New(front.Options{Site: store.New(storetest.Server(t), "site"), Log: slog.New(slog.DiscardHandler), Welcome: []byte("<html></html>")})
	w := httptest.NewRecorder()
	f.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/feed.xml", nil))
	security := infratest.At(template.Resources(), "SecurityHeaders", "Properties", "ResponseHeadersPolicyConfig", "SecurityHeadersConfig")
	custom, _ := infratest.At(template.Resources(), "SecurityHeaders", "Properties", "ResponseHeadersPolicyConfig", "CustomHeadersConfig", "Items").([]any)
	for name, want := range map[string]any{
		"Content-Security-Policy": infratest.At(security, "ContentSecurityPolicy", "ContentSecurityPolicy"),
		"X-Frame-Options":         infratest.At(security, "FrameOptions", "FrameOption"),
		"Referrer-Policy":         infratest.At(security, "ReferrerPolicy", "ReferrerPolicy"),
		"Permissions-Policy":      infratest.At(custom[0], "Value"),
	} {
		if got := w.Header().Get(name); got == "" || got != want {
			t.Errorf("%s is %q here and %q on AWS", name, got, want)
		}
	}
	if csp := w.Header().Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Errorf("the policy is %s", csp)
	}
	if w.Header().Get("X-Content-Type-Options") != "nosniff" || infratest.At(security, "ContentTypeOptions") == nil || infratest.At(security, "StrictTransportSecurity") == nil {
		t.Error("no nosniff or HSTS")
	}

	// Each path of a function has a route at the API and a behaviour of the CDN.
	routes := map[string]bool{}
	for _, function := range []string{"SubscribeFunction", "WebhookFunction"} {
		events, _ := infratest.At(template.Resources(), function, "Properties", "Events").(map[string]any)
		for _, e := range events {
			routes[fmt.Sprint(infratest.At(e, "Properties", "Path"))] = true
		}
	}
	paths := map[string]bool{}
	behaviors, _ := infratest.At(template.Resources(), "Distribution", "Properties", "DistributionConfig", "CacheBehaviors").([]any)
	for _, b := range behaviors {
		if infratest.At(b, "TargetOriginId") == "api" {
			paths[fmt.Sprint(infratest.At(b, "PathPattern"))] = true
		}
	}
	for _, path := range []string{"/subscribe", "/confirm", "/preferences", "/unsubscribe", "/author", "/webhooks/mailgun"} {
		if !routes[path] || !paths[path] {
			t.Errorf("%s: a route %v, a behaviour %v", path, routes[path], paths[path])
		}
		delete(routes, path)
		delete(paths, path)
	}
	if len(routes)+len(paths) > 0 {
		t.Errorf("more than there should be: %v %v", routes, paths)
	}
}

// TestMetricsHaveTheNamesOfTheCode: alarms and dashboard name what functions write.
func TestMetricsHaveTheNamesOfTheCode(t *testing.T) {
	template, err := infratest.Read("../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	written := map[string]bool{}
	for _, name := range []string{
		functions.PostsPublished, functions.PublishLatency, functions.PostsOverdue,
		functions.IssuesHeld, functions.RecipientsSent, functions.RecipientsFailed, functions.RecipientsHeld,
	} {
		written[name] = false
	}
	use := func(name string) {
		if _, ok := written[name]; !ok {
			t.Errorf("no function writes %s", name)
		}
		written[name] = true
	}
	for _, r := range template.Resources() {
		if infratest.At(r, "Properties", "Namespace") == functions.Namespace {
			use(fmt.Sprint(infratest.At(r, "Properties", "MetricName")))
		}
	}
	dashboard := fmt.Sprint(infratest.At(template.Resources(), "Dashboard", "Properties", "DashboardBody"))
	for _, widget := range strings.Split(dashboard, `"type": "metric"`) {
		if !strings.Contains(widget, `"`+functions.Namespace+`"`) {
			continue
		}
		for _, m := range regexp.MustCompile(`\["(?:Pennypost|\.)", "([A-Za-z]+)", "(?:Stack|\.)"`).FindAllStringSubmatch(widget, -1) {
			use(m[1])
		}
	}
	for name, used := range written {
		if !used {
			t.Errorf("nothing shows %s", name)
		}
	}
}
