package functions_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pennypost/pennypost/infra/infratest"
)

// build builds all five functions as they are shipped, but for this machine, and
// returns the folder they are in.
func build(t testing.TB, env ...string) string {
	t.Helper()
	dir := t.TempDir()
	args := []string{"build", "-trimpath", "-tags", "lambda.norpc", "-ldflags=-s -w", "-o", dir + string(filepath.Separator)}
	for _, name := range names {
		args = append(args, "./"+name)
	}
	cmd := exec.Command("go", args...)
	cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0"), env...)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return dir
}

// runtimeAPI is what a function on Lambda speaks to: it hands out events and takes
// answers.
//
// See https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
type runtimeAPI struct {
	*httptest.Server
	next    chan invocation
	answers chan answer
	asked   chan time.Time // when the function asked for its first event
}

type invocation struct {
	id       string
	deadline time.Time
	body     string
}

type answer struct {
	id     string
	failed bool
	body   string
}

func newRuntimeAPI(t testing.TB) *runtimeAPI {
	r := &runtimeAPI{next: make(chan invocation), answers: make(chan answer, 10), asked: make(chan time.Time, 1)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", func(w http.ResponseWriter, q *http.Request) {
		select {
		case r.asked <- time.Now():
		default:
		}
		select {
		case i := <-r.next:
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", i.id)
			w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(i.deadline.UnixMilli(), 10))
			w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-central-1:123456789012:function:test")
			w.Header().Set("Lambda-Runtime-Trace-Id", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0")
			_, _ = io.WriteString(w, i.body)
		case <-q.Context().Done():
		}
	})
	take := func(failed bool) http.HandlerFunc {
		return func(w http.ResponseWriter, q *http.Request) {
			body, _ := io.ReadAll(q.Body)
			r.answers <- answer{q.PathValue("id"), failed, string(body)}
			w.WriteHeader(http.StatusAccepted)
		}
	}
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", take(false))
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", take(true))
	r.Server = httptest.NewServer(mux)
	t.Cleanup(func() {
		r.CloseClientConnections()
		r.Close()
	})
	return r
}

// process is one function, started.
type process struct {
	t       testing.TB
	cmd     *exec.Cmd
	runtime *runtimeAPI
	log     *lines
	ended   chan error
	n       int
}

// lines is what a process wrote.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Split(strings.TrimRight(l.text.String(), "\n"), "\n")
}

// launch starts a function with the environment that template.yaml gives it, and
// whatever else Lambda or a test sets.
func launch(t testing.TB, dir, name string, a *awsServer, more ...string) *process {
	t.Helper()
	template, err := infratest.Read("../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, runtime: newRuntimeAPI(t), log: &lines{}, ended: make(chan error, 1)}
	p.cmd = exec.Command(filepath.Join(dir, name))
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	p.cmd.Env = append([]string{
		"AWS_LAMBDA_RUNTIME_API=" + strings.TrimPrefix(p.runtime.URL, "http://"), "AWS_LAMBDA_FUNCTION_NAME=" + name,
		"AWS_REGION=" + infratest.Region, "AWS_ACCESS_KEY_ID=" + name, "AWS_SECRET_ACCESS_KEY=secret",
		"AWS_ENDPOINT_URL_S3=" + a.URL, "AWS_ENDPOINT_URL_SSM=" + a.URL, "AWS_ENDPOINT_URL_CLOUDFRONT=" + a.URL,
	}, more...)
	id := strings.ToUpper(name[:1]) + name[1:] + "Function"
	p.cmd.Env = append(p.cmd.Env, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE="+template.Text(template.At("Resources", id, "Properties", "MemorySize")))
	given, _ := template.At("Resources", id, "Properties", "Environment", "Variables").(map[string]any)
	for variable, value := range given {
		if variable == "SITE_URL" {
			value = siteURL
		}
		p.cmd.Env = append(p.cmd.Env, variable+"="+template.Text(value))
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.ended <- p.cmd.Wait() }()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.ended
		if t.Failed() {
			t.Logf("the log of %s:\n%s", name, strings.Join(p.log.all(), "\n"))
		}
	})
	return p
}

// invoke hands an event to the function and waits for its answer.
func (p *process) invoke(body string, within time.Duration) answer {
	p.t.Helper()
	p.n++
	i := invocation{fmt.Sprintf("request-%d", p.n), time.Now().Add(within), body}
	select {
	case p.runtime.next <- i:
	case err := <-p.ended:
		p.ended <- err
		p.t.Fatalf("the function ended: %v", err)
	}
	select {
	case a := <-p.runtime.answers:
		if a.id != i.id {
			p.t.Errorf("%s is answered as %s", i.id, a.id)
		}
		return a
	case err := <-p.ended:
		p.ended <- err
		p.t.Fatalf("the function ended: %v", err)
	case <-time.After(within + time.Minute):
		p.t.Fatal("the function did not answer")
	}
	return answer{}
}

// ok is invoke for what must succeed.
func (p *process) ok(body string) string {
	p.t.Helper()
	a := p.invoke(body, time.Minute)
	if a.failed {
		p.t.Fatalf("the function fails: %s", a.body)
	}
	return a.body
}

// wantLog fails the test unless a line of the log has these words.
func (p *process) wantLog(words string) {
	p.t.Helper()
	for range 200 { // it comes through a pipe
		if strings.Contains(strings.Join(p.log.all(), "\n"), words) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	p.t.Errorf("the log does not say %q", words)
}

// checkLog fails the test unless each line is JSON as CloudWatch wants it, with the
// request it belongs to, and nobody's address is in it.
func (p *process) checkLog() {
	p.t.Helper()
	for _, line := range p.log.all() {
		var fields struct {
			Timestamp time.Time `json:"timestamp"`
			Level     string    `json:"level"`
			Message   *string   `json:"message"`
			RequestID string    `json:"requestId"`
		}
		if line == "" {
			continue
		}
		if err := json.Unmarshal([]byte(line), &fields); err != nil || fields.Timestamp.IsZero() || fields.Level == "" || fields.Message == nil {
			p.t.Errorf("not a line for CloudWatch (%v): %s", err, line)
		} else if !strings.HasPrefix(fields.RequestID, "request-") {
			p.t.Errorf("a line without its request: %s", line)
		}
		if strings.Contains(line, "@") || strings.Contains(line, "%40") {
			p.t.Errorf("a line with an address: %s", line)
		}
	}
}

var memory = regexp.MustCompile(`(?m)^(VmHWM|VmRSS):\s+(\d+) kB$`)

// memory is how much of the machine's the process has now, and had at most, in MB;
// false where the system does not tell.
func (p *process) memory() (now, most float64, ok bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, 0, false
	}
	for _, m := range memory.FindAllStringSubmatch(string(text), -1) {
		kb, _ := strconv.ParseFloat(m[2], 64)
		if m[1] == "VmRSS" {
			now = kb / 1024
		} else {
			most = kb / 1024
		}
	}
	return now, most, true
}
