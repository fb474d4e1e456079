package local_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/local"
)

// child names the data folder with which the test binary, started as a process of its
// own, runs until it is killed.
const child = "LOCAL_TEST_RUN"

func TestMain(m *testing.M) {
	if data := os.Getenv(child); data != "" {
		b := &blog{}
		ports := strings.Fields(os.Getenv(child + "_PORTS"))
		err := local.Run(context.Background(), local.Options{
			Data: data, Site: ports[0], S3: ports[1], Mailgun: ports[2], Wire: b.wire,
		}, os.Stdout)
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// freePorts are three addresses nobody listens to now.
func freePorts(t *testing.T) []string {
	t.Helper()
	var ports []string
	for range 3 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ports = append(ports, l.Addr().String())
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return ports
}

// TestKill kills the whole again and again while posts are uploaded. Every upload that
// was answered becomes a page, though nothing but its event tells of it; the lock and
// the ports are free again at once.
func TestKill(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, ports := filepath.Join(t.TempDir(), "data"), freePorts(t)
	run := func() *exec.Cmd {
		t.Helper()
		c := exec.Command(self)
		c.Env = append(os.Environ(), child+"="+data, child+"_PORTS="+strings.Join(ports, " "))
		var out output
		c.Stdout, c.Stderr = &out, &out
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(20 * time.Second); !strings.Contains(out.String(), "Ctrl-C"); time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				_ = c.Process.Kill()
				t.Fatalf("it does not start:\n%s", &out)
			}
		}
		return c
	}
	answered := 0
	put := func() error {
		url := fmt.Sprintf("http://%s/content/posts/%d.md", ports[1], answered)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url, bytes.NewReader(fmt.Append(nil, "post ", answered)))
		if err != nil {
			return err
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return err
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			return fmt.Errorf("answered %s", answer.Status)
		}
		answered++
		return nil
	}
	for round := range 4 {
		http.DefaultClient.CloseIdleConnections() // to the one that was killed
		c := run()
		if err := put(); err != nil { // it is not killed before it answered anything
			t.Fatal(err)
		}
		kill := time.AfterFunc(time.Duration(250+100*round)*time.Millisecond, func() { _ = c.Process.Kill() })
		for put() == nil {
			time.Sleep(5 * time.Millisecond)
		}
		kill.Stop()
		_ = c.Process.Kill()
		_ = c.Wait()
	}
	c := run()
	defer func() { _ = c.Wait() }()
	defer func() { _ = c.Process.Kill() }()
	end := time.Now().Add(30 * time.Second)
	for n := range answered {
		url := fmt.Sprintf("http://%s/blog/%d/", ports[0], n)
		for {
			if status, body := get(t, url); status == 200 && body == fmt.Sprint("post ", n) {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("post %d of %d has no page", n, answered)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	t.Logf("%d posts through 4 kills", answered)
}
