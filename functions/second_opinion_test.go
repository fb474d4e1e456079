package functions_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/pennypost/pennypost/internal/audience"
	clean "github.com/pennypost/pennypost/internal/build"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

// TestOnServersWeDidNotWrite publishes and mails on moto's S3 and SQS: its own
// notifications tell of what the real aws command does, the real SDK polls the queue,
// and in the end the site is what a build of the same folder writes.
func TestOnServersWeDidNotWrite(t *testing.T) {
	url := storetest.Moto(t)
	posts := t.TempDir()
	aws := storetest.AWS(t, url, posts)
	client := storetest.Client(url)
	for _, name := range []string{"content", "site", "state"} {
		if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
			t.Fatal(err)
		}
	}
	q := notifying(t, url, client)
	s := stackOver(t, client, time.Now().UTC().Truncate(time.Second))
	s.subscribe(anna, audience.Each)
	s.ticks(1)
	author := func(args ...string) {
		t.Helper()
		if out, err := aws(args...); err != nil {
			t.Fatalf("aws %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		q.drain(s)
		s.wantVerified() // without a tick, whose sweep would make up for lost events
	}
	today := time.Now().UTC().Format("2006-01-02")
	writeFiles(t, posts, map[string]string{
		"site.yaml":        "title: Notes\nurl: " + siteURL + "\n",
		"first one.md":     "---\ntitle: The first\ndate: " + today + "\ntags: [ünï]\n---\nTo [another](folder/second.md).\n",
		"folder/second.md": "---\ntitle: The second\ndate: " + today + "\n---\n![A drawing](a+b.svg)\n",
		"folder/a+b.svg":   `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>`,
		"pages/about.md":   "# About\n",
		"mistaken.md":      "---\ndate: 2020-02-02\n---\n# Mistaken\n",
	})
	author("s3", "sync", ".", "s3://content/posts/")
	s.ticks(2)
	writeFiles(t, posts, map[string]string{"first one.md": "---\ntitle: The first, mended\ndate: " + today + "\n---\nTo [another](folder/second.md).\n"})
	author("s3", "cp", "first one.md", "s3://content/posts/first one.md")
	if err := os.Remove(filepath.Join(posts, "mistaken.md")); err != nil {
		t.Fatal(err)
	}
	author("s3", "rm", "s3://content/posts/mistaken.md")
	s.ticks(2)
	s.wantMailed(anna+": The first", anna+": The second")

	out := t.TempDir()
	result, err := clean.Build(t.Context(), clean.Options{Dir: posts, Out: out, URL: siteURL, Now: s.clock(), Workers: 2})
	if err != nil || len(result.Problems) > 0 {
		t.Fatal(err, result.Problems)
	}
	built := files(t, out)
	site := s.snapshot("site")
	for path, body := range built {
		if site[path].Body != body {
			t.Errorf("%s is unlike the build's", path)
		}
	}
	for key := range site {
		if _, is := built[key]; !is {
			t.Errorf("%s is on the site and not in the build", key)
		}
	}

	// A rename, as aws does it: a copy, then a removal. It stays the same post.
	author("s3", "mv", "s3://content/posts/folder/second.md", "s3://content/posts/folder/zweiter.md")
	s.ticks(2)
	s.wantMailed(anna+": The first", anna+": The second")
	moved := s.snapshot("site")
	if page := moved["blog/second/index.html"].Body; !strings.Contains(page, "/blog/zweiter/") {
		t.Errorf("the old address does not lead on:\n%s", page)
	}
	if page := moved["blog/first-one/index.html"].Body; !strings.Contains(page, `href="/blog/zweiter/"`) && !strings.Contains(page, `href="/blog/second/"`) {
		t.Errorf("the link of another post is lost:\n%s", page)
	}
	if n := q.received; n < 8 {
		t.Errorf("only %d messages came", n)
	}
}

// queue is an SQS queue that a bucket notifies.
type queue struct {
	client   *sqs.Client
	url      *string
	received int
}

// notifying makes a queue and lets the content bucket tell it of every change.
func notifying(t *testing.T, url string, c *s3.Client) *queue {
	t.Helper()
	ctx := t.Context()
	q := &queue{client: sqs.New(sqs.Options{
		BaseEndpoint: &url, Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("any", "any", ""),
	})}
	made, err := q.client.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String("uploads")})
	if err != nil {
		t.Fatal(err)
	}
	q.url = made.QueueUrl
	about, err := q.client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: q.url, AttributeNames: []sqstypes.QueueAttributeName{sqstypes.QueueAttributeNameQueueArn}})
	if err != nil {
		t.Fatal(err)
	}
	arn := about.Attributes["QueueArn"]
	_, err = c.PutBucketNotificationConfiguration(ctx, &s3.PutBucketNotificationConfigurationInput{
		Bucket: aws.String("content"),
		NotificationConfiguration: &s3types.NotificationConfiguration{QueueConfigurations: []s3types.QueueConfiguration{{
			QueueArn: &arn, Events: []s3types.Event{"s3:ObjectCreated:*", "s3:ObjectRemoved:*"},
			Filter: &s3types.NotificationConfigurationFilter{Key: &s3types.S3KeyFilter{FilterRules: []s3types.FilterRule{
				{Name: s3types.FilterRuleNamePrefix, Value: aws.String("posts/")},
			}}},
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// drain hands all messages that wait to the publish function, as Lambda's poller does.
func (q *queue) drain(s *stack) {
	s.t.Helper()
	ctx := s.t.Context()
	for empty := 0; empty < 2; {
		got, err := q.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl: q.url, MaxNumberOfMessages: 10, WaitTimeSeconds: 1,
			MessageSystemAttributeNames: []sqstypes.MessageSystemAttributeName{"ApproximateReceiveCount"},
		})
		if err != nil {
			s.t.Fatal(err)
		}
		if len(got.Messages) == 0 {
			empty++
			continue
		}
		empty = 0
		q.received += len(got.Messages)
		var e events.SQSEvent
		for _, m := range got.Messages {
			e.Records = append(e.Records, events.SQSMessage{MessageId: *m.MessageId, Body: *m.Body, Attributes: m.Attributes})
		}
		out, err := s.handlers.Publish(ctx, e)
		if err != nil || len(out.BatchItemFailures) > 0 {
			s.t.Fatalf("publishing: %v, %v", out, err)
		}
		for _, m := range got.Messages {
			if _, err := q.client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: q.url, ReceiptHandle: m.ReceiptHandle}); err != nil {
				s.t.Fatal(err)
			}
		}
	}
}

func writeFiles(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, body := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// files reads a folder, but for what begins with a dot.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		body, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		all[filepath.ToSlash(name)] = string(body)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
