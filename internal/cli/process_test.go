package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

// patience is how long anything may take on a busy machine.
const patience = 60 * time.Second

// process is a running `pennypost local`, with its data folder.
type process struct {
	t                 *testing.T
	data              string
	flags             []string
	site, s3, mailgun string // addresses, kept over restarts
	cmd               *exec.Cmd
	out               *lines
	client            *s3.Client
	content           *store.Bucket
}

// lines collects what a process prints.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// launch starts pennypost on free ports and a data folder of its own.
func launch(t *testing.T, flags ...string) *process {
	t.Helper()
	p := &process{t: t, data: filepath.Join(t.TempDir(), "data"), flags: flags, site: "127.0.0.1:0", s3: "127.0.0.1:0", mailgun: "127.0.0.1:0"}
	t.Cleanup(func() {
		if p.cmd != nil {
			p.kill()
		}
		if t.Failed() {
			t.Logf("pennypost printed:\n%s", p.out)
		}
	})
	p.start()
	return p
}

var whereTo = regexp.MustCompile(`(?m)^the site +http://(\S+)/\nthe inbox +http://(\S+)/\n.* --endpoint-url http://(\S+)$`)

// start starts it, again on the same addresses and data, and waits until it is ready.
func (p *process) start() {
	p.t.Helper()
	args := append([]string{"local", "--data", p.data, "--site", p.site, "--s3", p.s3, "--mailgun", p.mailgun, "--tick", "200ms"}, p.flags...)
	if !slices.Contains(p.flags, "--dir") {
		args = append(args, "--dir", "")
	}
	p.cmd = exec.Command(os.Args[0], args...)
	p.cmd.Env = append(os.Environ(), asCommand+"=1")
	p.out = &lines{}
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	until(p.t, "pennypost to say where to look", func() bool { return whereTo.MatchString(p.out.String()) })
	at := whereTo.FindStringSubmatch(p.out.String())
	p.site, p.mailgun, p.s3 = at[1], at[2], at[3]
	p.client = s3.New(s3.Options{
		BaseEndpoint: aws.String("http://" + p.s3), UsePathStyle: true, Region: "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider("any", "any", ""),
	})
	p.content = store.New(p.client, "content")
	until(p.t, "the site to answer", func() bool {
		r, err := http.Get("http://" + p.site + "/")
		if err != nil {
			return false
		}
		r.Body.Close()
		return r.StatusCode == 200
	})
}

// kill ends it as a power cut would.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait() // it was killed
	p.cmd = nil
}

// stop presses Ctrl-C and returns what was printed.
func (p *process) stop() string {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGINT); err != nil {
		p.t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		p.t.Errorf("ended by Ctrl-C: %v", err)
	}
	p.cmd = nil
	return p.out.String()
}

// until polls for what must come true.
func until(t *testing.T, what string, true_ func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		if true_() {
			return
		}
	}
	t.Fatalf("waited in vain for %s", what)
}

// put uploads a file, whatever is there.
func (p *process) put(key string, body string) {
	p.t.Helper()
	if err := p.upload(key, body); err != nil {
		p.t.Fatal(err)
	}
}

func (p *process) upload(key, body string) error {
	_, err := p.client.PutObject(context.Background(), &s3.PutObjectInput{Bucket: aws.String("content"), Key: &key, Body: strings.NewReader(body)})
	return err
}

// remove deletes an uploaded file.
func (p *process) remove(key string) {
	p.t.Helper()
	o, err := p.content.Head(p.t.Context(), key)
	if err == nil {
		err = p.content.Delete(p.t.Context(), key, o.ETag)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// receipt waits until the receipt of a file begins with a state and holds some text.
func (p *process) receipt(key, state string, holds ...string) string {
	p.t.Helper()
	var last string
	defer func() {
		if p.t.Failed() {
			p.t.Logf("the receipt of %s is\n%s", key, last)
		}
	}()
	until(p.t, "the receipt of "+key+" to say "+state+" "+strings.Join(holds, " "), func() bool {
		_, text, err := p.content.Get(context.Background(), "receipts/"+key+".txt", store.Cond{})
		if err != nil {
			return false
		}
		last = string(text)
		for _, h := range holds {
			if !strings.Contains(last, h) {
				return false
			}
		}
		return strings.HasPrefix(last, state)
	})
	return last
}

// page reads a path of the site, without following where it leads.
func (p *process) page(path string) (int, string) {
	p.t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := client.Get("http://" + p.site + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return r.StatusCode, string(body)
}

// shows waits until a path of the site holds a text.
func (p *process) shows(path, text string) {
	p.t.Helper()
	until(p.t, path+" to hold "+text, func() bool {
		code, body := p.page(path)
		return code == 200 && strings.Contains(body, text)
	})
}

// letter is one mail as the inbox tells programs of it.
type letter struct {
	ID, To, From, Subject, Text, HTML string
	Headers                           map[string]string
}

// letters are all mails, the newest first.
func (p *process) letters() []letter {
	p.t.Helper()
	r, err := http.Get("http://" + p.mailgun + "/api/messages")
	if err != nil {
		p.t.Fatal(err)
	}
	defer r.Body.Close()
	var all []letter
	if err := json.NewDecoder(r.Body).Decode(&all); err != nil {
		p.t.Fatal(err)
	}
	return all
}

// subjects are the mails as "address: subject", sorted.
func (p *process) subjects() []string {
	p.t.Helper()
	var all []string
	for _, l := range p.letters() {
		all = append(all, l.To+": "+l.Subject)
	}
	slices.Sort(all)
	return all
}

// settle waits until everything uploaded so far was looked at, and no mail is on its way.
func (p *process) settle() {
	p.t.Helper()
	until(p.t, "the queue to be empty", func() bool {
		waiting, err := filepath.Glob(filepath.Join(p.data, "queue", "*"))
		return err == nil && !slices.ContainsFunc(waiting, func(name string) bool {
			i, err := os.Stat(name)
			return err == nil && i.Mode().IsRegular()
		})
	})
	until(p.t, "all issues to be at rest", func() bool {
		for key, body := range p.bucket("state") {
			switch {
			case key == "outbox.json":
				var o struct{ Freezing *struct{} }
				if json.Unmarshal([]byte(body), &o) != nil || o.Freezing != nil {
					return false
				}
			case strings.HasSuffix(key, "/issue.json"):
				var i struct{ State string }
				if json.Unmarshal([]byte(body), &i) != nil || i.State == "waiting" || i.State == "sending" {
					return false
				}
			}
		}
		return true
	})
}

// bucket reads the bodies of a whole bucket.
func (p *process) bucket(name string) map[string]string {
	p.t.Helper()
	all := map[string]string{}
	for key, o := range storetest.Backup(p.t, store.New(p.client, name)) {
		all[key] = o.Body
	}
	return all
}

// same compares two states of a bucket.
func same(t *testing.T, got, want map[string]string) {
	t.Helper()
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if _, found := got[key]; !found {
			t.Errorf("%s is missing", key)
		} else if got[key] != want[key] {
			t.Errorf("%s differs:\n got %s\nwant %s", key, got[key], want[key])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if _, found := want[key]; !found {
			t.Errorf("%s should not be there", key)
		}
	}
}
