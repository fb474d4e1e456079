package infra_test

import (
	"path"
	"slices"
	"testing"

	"github.com/pennypost/pennypost/infra/infratest"
)

// TestAuthorPolicy: posts in, receipts out, and nothing else.
func TestAuthorPolicy(t *testing.T) {
	template, err := infratest.Read("../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	statements, _ := template.At("Resources", "AuthorPolicy", "Properties", "PolicyDocument", "Statement").([]any)
	if len(statements) == 0 {
		t.Fatal("the template has no AuthorPolicy")
	}
	may := func(action, resource, prefix string) bool {
		for _, s := range statements {
			if template.Text(infratest.At(s, "Effect")) != "Allow" || !slices.Contains(template.List(infratest.At(s, "Action")), action) {
				continue
			}
			matches := func(patterns []string, text string) bool {
				return slices.ContainsFunc(patterns, func(p string) bool {
					ok, _ := path.Match(p, text) // no text here has a slash below the star
					return ok
				})
			}
			if !matches(template.List(infratest.At(s, "Resource")), resource) {
				continue
			}
			only := infratest.At(s, "Condition", "StringLike", "s3:prefix")
			if only == nil || matches(template.List(only), prefix) {
				return true
			}
		}
		return false
	}
	bucket := func(kind string) string {
		return "arn:aws:s3:::" + infratest.Stack + "-" + kind + "-" + infratest.Account
	}
	for _, c := range []struct {
		action, resource, prefix string
		want                     bool
	}{
		{"s3:PutObject", bucket("content") + "/posts/x.md", "", true},
		{"s3:GetObject", bucket("content") + "/posts/x.md", "", true},
		{"s3:DeleteObject", bucket("content") + "/posts/x.md", "", true},
		{"s3:AbortMultipartUpload", bucket("content") + "/posts/x.jpg", "", true},
		{"s3:GetObject", bucket("content") + "/receipts/x.txt", "", true},
		{"s3:ListBucket", bucket("content"), "posts/", true}, // what aws s3 sync asks
		{"s3:ListBucket", bucket("content"), "receipts/", true},

		{"s3:PutObject", bucket("content") + "/receipts/x.txt", "", false},
		{"s3:DeleteObject", bucket("content") + "/receipts/x.txt", "", false},
		{"s3:PutObject", bucket("content") + "/other.md", "", false},
		{"s3:DeleteObjectVersion", bucket("content") + "/posts/x.md", "", false},
		{"s3:ListBucket", bucket("content"), "other/", false},
		{"s3:ListBucket", bucket("state"), "audience/", false},
		{"s3:ListBucket", bucket("state"), "posts/", false},
		{"s3:GetObject", bucket("state") + "/keys.json", "", false},
		{"s3:PutObject", bucket("site") + "/index.html", "", false},
		{"s3:PutBucketPolicy", bucket("content"), "", false},
	} {
		if got := may(c.action, c.resource, c.prefix); got != c.want {
			t.Errorf("%s on %s (prefix %q): %v, want %v", c.action, c.resource, c.prefix, got, c.want)
		}
	}
	for _, s := range statements {
		for _, a := range template.List(infratest.At(s, "Action")) {
			if !slices.Contains([]string{"s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"}, a) {
				t.Errorf("the author may %s", a)
			}
		}
	}
}

// TestOutputsThatCommandsRead: `pennypost --stack` and make deploy find what they need.
func TestOutputsThatCommandsRead(t *testing.T) {
	template, err := infratest.Read("../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Address", "ContentBucket", "SiteBucket", "StateBucket", "DistributionId", "Revision"} {
		if template.At("Outputs", name, "Value") == nil {
			t.Errorf("there is no output %s", name)
		}
	}
	for _, name := range []string{
		"SiteUrl", "SendingKeyName", "EventsKeyName", "SigningKeyName", // read by the commands
		"Domain", "CertificateArn", "AlarmEmail", "MonthlyBudget", "GitHubRepository", "Revision", // set by infra/deploy
	} {
		if template.At("Parameters", name) == nil {
			t.Errorf("there is no parameter %s", name)
		}
	}
	for _, name := range []string{"PublishFunction", "DigestFunction", "SendFunction", "SubscribeFunction", "WebhookFunction", "UploadsQueue", "UploadsDeadLetters"} {
		if template.At("Resources", name) == nil {
			t.Errorf("there is no resource %s, which the doctor looks at", name)
		}
	}
}
