package functions_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/pennypost/pennypost/internal/store/storetest"
)

// awsServer is S3, SSM and CloudFront behind one address. It remembers each call, and
// by whose access key it was made.
type awsServer struct {
	*httptest.Server

	mu    sync.Mutex
	keys  map[string]string // parameters of SSM
	calls []awsCall
	lost  string // part of the path of the next write that is not answered
	hangs bool   // S3 answers nobody
}

// awsCall is a call in the terms of an IAM policy.
type awsCall struct {
	who              string // the access key
	action, resource string
}

func newAWS(t testing.TB, keys map[string]string) *awsServer {
	t.Helper()
	at, err := url.Parse(*storetest.Server(t).Options().BaseEndpoint)
	if err != nil {
		t.Fatal(err)
	}
	a := &awsServer{keys: keys}
	buckets := httputil.NewSingleHostReverseProxy(at)
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("X-Amz-Target") == "AmazonSSM.GetParameter":
			a.parameter(w, r)
		case strings.HasPrefix(r.URL.Path, "/2020-05-31/distribution/"):
			id, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/2020-05-31/distribution/"), "/")
			a.note(r, "cloudfront:CreateInvalidation", "arn:aws:cloudfront::123456789012:distribution/"+id)
			w.Header().Set("Content-Type", "text/xml")
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, `<Invalidation xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Id>I1</Id><Status>InProgress</Status></Invalidation>`)
		case a.hanging():
			<-r.Context().Done()
		default:
			answer := httptest.NewRecorder()
			buckets.ServeHTTP(answer, r)
			a.s3(r, answer.Code)
			if r.Method == http.MethodPut && a.loses(r.URL.Path) {
				panic(http.ErrAbortHandler)
			}
			maps.Copy(w.Header(), answer.Header())
			w.WriteHeader(answer.Code)
			_, _ = answer.Body.WriteTo(w)
		}
	}))
	t.Cleanup(a.Close)
	return a
}

// lose breaks the connection instead of answering the next write to such a path.
func (a *awsServer) lose(part string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.lost = part
}

// hang makes S3 answer nobody, or again.
func (a *awsServer) hang(yes bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.hangs = yes
}

func (a *awsServer) hanging() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.hangs
}

func (a *awsServer) loses(path string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.lost == "" || !strings.Contains(path, a.lost) {
		return false
	}
	a.lost = ""
	return true
}

// s3 notes what a request needs: a conditional write also the right to read, and one
// that found nothing the right to list, or AWS would have said 403.
func (a *awsServer) s3(r *http.Request, status int) {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	arn := "arn:aws:s3:::" + bucket
	object := arn + "/" + key
	switch {
	case key == "" && r.Method == http.MethodGet:
		a.note(r, "s3:ListBucket", arn)
	case r.Method == http.MethodGet, r.Method == http.MethodHead:
		a.note(r, "s3:GetObject", object)
	case r.Method == http.MethodPut:
		a.note(r, "s3:PutObject", object)
	case r.Method == http.MethodDelete:
		a.note(r, "s3:DeleteObject", object)
	default:
		a.note(r, "s3:"+r.Method+"?"+r.URL.RawQuery, object)
	}
	if r.Header.Get("If-Match") != "" {
		a.note(r, "s3:GetObject", object)
	}
	if status == http.StatusNotFound {
		a.note(r, "s3:ListBucket", arn)
	}
}

func (a *awsServer) parameter(w http.ResponseWriter, r *http.Request) {
	var in struct{ Name string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	a.note(r, "ssm:GetParameter", "arn:aws:ssm:eu-central-1:123456789012:parameter"+in.Name)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	a.mu.Lock()
	value, ok := a.keys[in.Name]
	a.mu.Unlock()
	if !ok {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"ParameterNotFound"}`)
		return
	}
	_, _ = fmt.Fprintf(w, `{"Parameter":{"Name":%q,"Type":"SecureString","Value":%q,"Version":1}}`, in.Name, value)
}

var credential = regexp.MustCompile(`Credential=([^/]+)/`)

func (a *awsServer) note(r *http.Request, action, resource string) {
	who := ""
	if m := credential.FindStringSubmatch(r.Header.Get("Authorization")); m != nil {
		who = m[1]
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls = append(a.calls, awsCall{who, action, resource})
}

// made are the calls of one access key, each once.
func (a *awsServer) made(who string) map[awsCall]bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := map[awsCall]bool{}
	for _, c := range a.calls {
		if c.who == who {
			all[awsCall{action: c.action, resource: c.resource}] = true
		}
	}
	return all
}
