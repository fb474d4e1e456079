package stack

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// TestAllThatLacksIsSaidAtOnce: a stack of something else, and one that is not up.
func TestAllThatLacksIsSaidAtOnce(t *testing.T) {
	d := types.Stack{
		StackName: aws.String("other"), StackStatus: types.StackStatusCreateComplete,
		StackId: aws.String("arn:aws:cloudformation:eu-central-1:123456789012:stack/other/1"),
		Outputs: []types.Output{{OutputKey: aws.String("SiteBucket"), OutputValue: aws.String("x")}},
	}
	_, err := read(aws.Config{}, d)
	for _, name := range []string{"output ContentBucket", "output StateBucket", "parameter SiteUrl", "parameter SigningKeyName"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v does not name %s", err, name)
		}
	}
	if err != nil && strings.Contains(err.Error(), "output SiteBucket") {
		t.Errorf("%v names what is there", err)
	}
	for _, status := range []types.StackStatus{types.StackStatusReviewInProgress, types.StackStatusRollbackComplete, types.StackStatusDeleteInProgress} {
		d.StackStatus = status
		if _, err := read(aws.Config{}, d); err == nil || !strings.Contains(err.Error(), "is not up ("+string(status)+")") {
			t.Errorf("%s: %v", status, err)
		}
	}
}

// TestClock: S3's date against ours.
func TestClock(t *testing.T) {
	theirs := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", theirs.Format(http.TimeFormat))
	}))
	defer server.Close()
	s := &Stack{State: "state", aws: aws.Config{
		Region: "eu-central-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("any", "any", ""),
	}}
	for off, ok := range map[time.Duration]bool{0: true, 50 * time.Second: true, -50 * time.Second: true, 2 * time.Minute: false, -time.Hour: false} {
		d := Doctor{Stack: s, Now: func() time.Time { return theirs.Add(off) }}
		if f := d.clock(t.Context()); len(f) != 1 || f[0].OK() != ok {
			t.Errorf("%s off: %+v", off, f)
		}
	}
}

// TestOldVersions: which rules let every old version expire.
func TestOldVersions(t *testing.T) {
	rule := func(days int32, change func(*s3types.LifecycleRule)) s3types.LifecycleRule {
		r := s3types.LifecycleRule{
			Status: s3types.ExpirationStatusEnabled, Filter: &s3types.LifecycleRuleFilter{Prefix: aws.String("")},
			NoncurrentVersionExpiration: &s3types.NoncurrentVersionExpiration{NoncurrentDays: &days},
		}
		change(&r)
		return r
	}
	all := func(*s3types.LifecycleRule) {}
	for name, c := range map[string]struct {
		rules []s3types.LifecycleRule
		want  int32
	}{
		"none":        {nil, 0},
		"one":         {[]s3types.LifecycleRule{rule(30, all)}, 30},
		"the shorter": {[]s3types.LifecycleRule{rule(30, all), rule(7, all)}, 7},
		"turned off":  {[]s3types.LifecycleRule{rule(30, func(r *s3types.LifecycleRule) { r.Status = s3types.ExpirationStatusDisabled })}, 0},
		"a part only": {[]s3types.LifecycleRule{rule(30, func(r *s3types.LifecycleRule) { r.Filter.Prefix = aws.String("signups/") })}, 0},
		"keeps some": {[]s3types.LifecycleRule{rule(30, func(r *s3types.LifecycleRule) {
			r.NoncurrentVersionExpiration.NewerNoncurrentVersions = aws.Int32(1)
		})}, 0},
	} {
		if got := oldVersions(c.rules); got != c.want {
			t.Errorf("%s: %d days, want %d", name, got, c.want)
		}
	}
}

// TestCoversPosts: which notifications tell of every upload.
func TestCoversPosts(t *testing.T) {
	for value, want := range map[string]bool{"": true, "posts/": true, "post": true, "posts/2026/": false, "receipts/": false} {
		f := &s3types.NotificationConfigurationFilter{Key: &s3types.S3KeyFilter{FilterRules: []s3types.FilterRule{{Name: "Prefix", Value: &value}}}}
		if got := coversPosts(f); got != want {
			t.Errorf("prefix %q: %v", value, got)
		}
	}
	if !coversPosts(nil) {
		t.Error("no filter lets everything pass")
	}
	suffix := &s3types.NotificationConfigurationFilter{Key: &s3types.S3KeyFilter{FilterRules: []s3types.FilterRule{{Name: "Suffix", Value: aws.String(".md")}}}}
	if coversPosts(suffix) {
		t.Error("a suffix keeps pictures out")
	}
}
