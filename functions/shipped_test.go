package functions_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/pennypost/pennypost/internal/local/inbox"
)

// The events are as AWS sends them, but for what a test puts in.

// scheduled is EventBridge Scheduler's, for a schedule without an input of its own.
const scheduled = `{"version":"0","id":"9dc8be2a-1b2c-4f2c-a1c8-7d3b3f0f7d11","detail-type":"Scheduled Event","source":"aws.scheduler","account":"123456789012","time":"2026-11-23T09:00:00Z","region":"eu-central-1","resources":["arn:aws:scheduler:eu-central-1:123456789012:schedule/default/blog-publish"],"detail":"{}"}`

// queued is SQS's, with one message for each body.
func queued(bodies ...string) string {
	type message struct {
		MessageID      string            `json:"messageId"`
		ReceiptHandle  string            `json:"receiptHandle"`
		Body           string            `json:"body"`
		Attributes     map[string]string `json:"attributes"`
		EventSource    string            `json:"eventSource"`
		EventSourceARN string            `json:"eventSourceARN"`
		AWSRegion      string            `json:"awsRegion"`
	}
	var all struct{ Records []message }
	for i, b := range bodies {
		all.Records = append(all.Records, message{
			MessageID: fmt.Sprintf("message-%d", i), ReceiptHandle: "AQEB", Body: b,
			Attributes:  map[string]string{"ApproximateReceiveCount": "1", "SentTimestamp": "1763888400000", "SenderId": "AIDA", "ApproximateFirstReceiveTimestamp": "1763888400100"},
			EventSource: "aws:sqs", EventSourceARN: "arn:aws:sqs:eu-central-1:123456789012:blog-UploadsQueue", AWSRegion: "eu-central-1",
		})
	}
	text, _ := json.Marshal(all)
	return string(text)
}

// created is S3's, in a message of the queue.
func created(key string) string {
	return fmt.Sprintf(`{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"eu-central-1","eventTime":"2026-11-23T09:00:00.000Z","eventName":"ObjectCreated:Put","userIdentity":{"principalId":"AWS:AIDA"},"requestParameters":{"sourceIPAddress":"192.0.2.1"},"responseElements":{"x-amz-request-id":"C3D1"},"s3":{"s3SchemaVersion":"1.0","configurationId":"uploads","bucket":{"name":"content","ownerIdentity":{"principalId":"A"},"arn":"arn:aws:s3:::content"},"object":{"key":%q,"size":1,"eTag":"d41d8cd98f00b204e9800998ecf8427e","sequencer":"0055AED6DCD90281E5"}}}]}`, url.QueryEscape(key))
}

const tested = `{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-11-23T09:00:00.000Z","Bucket":"content","RequestId":"5582815E1AEA5ADF","HostId":"8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR+YstdA6Knx4Ip8EXAMPLE"}`

// visited is API Gateway's, of payload version 2.0.
func visited(method, target, contentType, body string, base64Encoded bool) string {
	path, query, _ := strings.Cut(target, "?")
	text, _ := json.Marshal(map[string]any{
		"version": "2.0", "routeKey": method + " " + path, "rawPath": path, "rawQueryString": query,
		"headers": map[string]string{"content-type": contentType, "host": "abc.execute-api.eu-central-1.amazonaws.com", "via": "2.0 x.cloudfront.net (CloudFront)", "x-forwarded-for": "192.0.2.1"},
		"requestContext": map[string]any{
			"accountId": "123456789012", "apiId": "abc", "domainName": "abc.execute-api.eu-central-1.amazonaws.com", "stage": "$default", "requestId": "JKJaXmPLvHcESHA=",
			"http": map[string]string{"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "Mozilla/5.0"},
		},
		"body": body, "isBase64Encoded": base64Encoded,
	})
	return string(text)
}

// TestFunctionsAsShipped starts each built function as a process and lets all five do
// their work once: a post is published, somebody subscribes, the post is mailed to
// them, Mailgun reports that they complain, the digests are looked at.
func TestFunctionsAsShipped(t *testing.T) {
	dir := build(t)
	cloud := newAWS(t, map[string]string{"/pennypost/mailgun/sending-key": "an old key", "/pennypost/mailgun/signing-key": "signs"})
	box, err := inbox.New(inbox.Options{Dir: t.TempDir(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	mail := httptest.NewServer(box)
	t.Cleanup(mail.Close)
	owner := &season{t: t, aws: cloud, mail: mail}
	owner.owner = s3.NewFromConfig(owner.config("author"))
	for _, b := range []string{"content", "site", "state"} {
		_, err := owner.owner.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String(bucketOf(b))})
		owner.ok(err)
	}
	env := []string{"MAILGUN_URL=" + mail.URL, "UNDO=1ms"}
	running := map[string]*process{}
	for _, name := range names {
		running[name] = launch(t, dir, name, cloud, env...)
	}
	publish, subscribe, send, digest, webhook := running["publish"], running["subscribe"], running["send"], running["digest"], running["webhook"]

	// Cold starts, each with a real event; then a second one.
	owner.put("posts/site.yaml", []byte("title: Notes\nnewsletter: {domain: mg.notes.example, address: 1 High Street}\n"))
	if out := publish.ok(queued(tested, created("posts/site.yaml"), "no event")); !strings.Contains(out, `"batchItemFailures":null`) && !strings.Contains(out, `"batchItemFailures":[]`) {
		t.Errorf("publish answers %s", out)
	}
	publish.wantLog("a message is not an S3 event")
	publish.ok(scheduled)
	digest.ok(scheduled)
	digest.ok(scheduled)
	send.ok(scheduled)

	page := answerOf(t, subscribe.ok(visited("GET", "/subscribe", "", "", false)), http.StatusOK)
	seal := hidden.FindStringSubmatch(page)
	if seal == nil {
		t.Fatalf("no form in %s", page)
	}
	time.Sleep(2100 * time.Millisecond) // nobody fills it in faster
	form := url.Values{"email": {"ann@example.com"}, "cadence": {"each"}, "form": {seal[1]}}.Encode()
	const urlencoded = "application/x-www-form-urlencoded"
	answerOf(t, subscribe.ok(visited("POST", "/subscribe", urlencoded, base64.StdEncoding.EncodeToString([]byte(form)), true)), http.StatusSeeOther)
	token := strings.TrimPrefix(owner.linkTo("ann@example.com"), "/confirm?t=")
	answerOf(t, subscribe.ok(visited("POST", "/confirm", urlencoded, "t="+token, false)), http.StatusOK)

	owner.put("posts/alpha.md", []byte("# Alpha\n\n```go\nfunc main() {}\n```\n"))
	publish.ok(queued(created("posts/alpha.md")))
	publish.wantLog(`"PostsPublished":1`)
	if page := owner.read("site", "blog/alpha/index.html"); !strings.Contains(page, `<span class="kd">func</span>`) {
		t.Errorf("no colours in %s", page)
	}
	for range 3 {
		send.ok(scheduled)
	}
	send.wantLog(`"RecipientsSent":1`)
	send.wantLog(`"IssuesHeld":0`)
	send.wantLog(`"issue":"post-`)

	mac := hmac.New(sha256.New, []byte("signs"))
	now := time.Now()
	fmt.Fprintf(mac, "%d%s", now.Unix(), "token")
	report := fmt.Sprintf(`{"signature":{"timestamp":"%d","token":"token","signature":"%s"},"event-data":{"event":"complained","id":"e1","timestamp":%d.25,"recipient":"ann@example.com"}}`,
		now.Unix(), hex.EncodeToString(mac.Sum(nil)), now.Unix())
	answerOf(t, webhook.ok(visited("POST", "/webhooks/mailgun", "application/json", report, false)), http.StatusOK)
	answerOf(t, webhook.ok(visited("POST", "/webhooks/mailgun", "application/json", base64.StdEncoding.EncodeToString([]byte(report)), true)), http.StatusOK)
	answerOf(t, webhook.ok(visited("POST", "/webhooks/mailgun", "application/json", "{}", false)), http.StatusNotAcceptable)

	for name, p := range running {
		t.Run(name, func(t *testing.T) {
			p.t = t
			p.misfortunes(name, token, cloud)
			p.checkLog()
			if now, most, ok := p.memory(); ok && now > 64 {
				t.Errorf("it takes %.0f MB at rest, and took %.0f", now, most)
			}
		})
	}
}

// misfortunes: what cannot be read is answered by an error, what takes too long is
// broken off in time, and the function lives on.
func (p *process) misfortunes(name, token string, cloud *awsServer) {
	p.t.Helper()
	for _, bad := range []string{`{"Records":5,"rawPath":5}`, `5`, `{`, ``} {
		a := p.invoke(bad, time.Minute)
		readable := json.Valid([]byte(bad)) && (name == "digest" || name == "send") // a tick is a tick, whatever it says
		if a.failed == readable {
			p.t.Errorf("the event %q is answered %s", bad, a.body)
		}
	}
	good := map[string]string{
		"publish": queued(created("posts/alpha.md")), "digest": scheduled, "send": scheduled,
		"subscribe": visited("POST", "/confirm", "application/x-www-form-urlencoded", "t="+token, false),
		"webhook":   visited("POST", "/webhooks/mailgun", "application/json", "{}", false),
	}[name]
	cloud.hang(true)
	started := time.Now()
	const limit = 3 * time.Second
	a := p.invoke(good, limit)
	if took := time.Since(started); took >= limit {
		p.t.Errorf("stopped after %s of %s", took, limit)
	}
	cloud.hang(false)
	switch name {
	case "publish":
		if a.failed || !strings.Contains(a.body, "message-0") {
			p.t.Errorf("out of time, publish answers %s", a.body)
		}
	case "subscribe":
		answerOf(p.t, a.body, http.StatusServiceUnavailable)
	case "webhook": // needs no bucket for what is not signed
	default:
		if !a.failed {
			p.t.Errorf("out of time, it answers %s", a.body)
		}
	}
	if name != "webhook" {
		p.wantLog("deadline exceeded")
	}
	p.ok(good)
}

// answerOf is the body of an HTTP answer.
func answerOf(t testing.TB, text string, want int) string {
	t.Helper()
	var a struct {
		StatusCode      int
		Body            string
		IsBase64Encoded bool
	}
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	if a.StatusCode != want {
		t.Fatalf("status %d, want %d: %s", a.StatusCode, want, a.Body)
	}
	if a.IsBase64Encoded {
		body, err := base64.StdEncoding.DecodeString(a.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	return a.Body
}
