package cli

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pennypost/pennypost/internal/local"
	"github.com/pennypost/pennypost/internal/store"
)

// TestScripts runs testdata/script: what the command prints, writes and answers.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", Setup: func(e *testscript.Env) error {
		e.Values[running{}] = &running{}
		e.Values[holder{}] = &holder{}
		repo, err := filepath.Abs("../..")
		e.Setenv("REPO", repo)
		return err
	}, Cmds: map[string]func(*testscript.TestScript, bool, []string){
		"local":   startLocal,
		"mails":   listMails,
		"aws":     newCloud(t).command,
		"state":   harmState,
		"mailgun": account,
		"becomes": becomes,
	}})
}

// startLocal is the script command `local TEXT [FLAG...]`: it starts `pennypost local`
// on free ports, waits until it says where to look and then TEXT, and sets $SITE and
// $INBOX. `local stop` ends it; else the end of the script does.
func startLocal(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 || neg {
		ts.Fatalf("usage: local TEXT [FLAG...], or local stop")
	}
	if args[0] == "stop" {
		ts.Value(running{}).(*running).stop()
		return
	}
	flags := append([]string{"local", "--site", "127.0.0.1:0", "--s3", "127.0.0.1:0", "--mailgun", "127.0.0.1:0", "--tick", "200ms"}, args[1:]...)
	cmd := exec.Command(os.Args[0], flags...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(os.Environ(), asCommand+"=1")
	out := &lines{}
	cmd.Stdout, cmd.Stderr = out, out
	ts.Check(cmd.Start())
	r := ts.Value(running{}).(*running)
	r.cmd = cmd
	ts.Defer(r.stop)
	for end := time.Now().Add(patience); ; time.Sleep(30 * time.Millisecond) {
		said := out.String()
		if at := whereTo.FindStringSubmatch(said); at != nil && strings.Contains(said, args[0]) {
			ts.Setenv("SITE", "http://"+at[1])
			ts.Setenv("INBOX", "http://"+at[2])
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("pennypost local never said %q:\n%s", args[0], said)
		}
	}
}

// running is the `pennypost local` of a script.
type running struct{ cmd *exec.Cmd }

func (r *running) stop() {
	if r.cmd != nil {
		_ = r.cmd.Process.Signal(syscall.SIGINT)
		_ = r.cmd.Wait()
	}
	r.cmd = nil
}

// listMails is the script command `mails`: all mails in the inbox as "to: subject", sorted.
func listMails(ts *testscript.TestScript, _ bool, _ []string) {
	resp, err := http.Get(ts.Getenv("INBOX") + "/api/messages")
	ts.Check(err)
	defer resp.Body.Close()
	var all []letter
	ts.Check(json.NewDecoder(resp.Body).Decode(&all))
	var subjects []string
	for _, l := range all {
		subjects = append(subjects, l.To+": "+l.Subject)
	}
	slices.Sort(subjects)
	_, err = fmt.Fprintln(ts.Stdout(), strings.Join(subjects, "\n"))
	ts.Check(err)
}

// harmState is the script command `state lose|damage|newer PREFIX`: it does that to the
// first object of the state bucket whose key begins so.
func harmState(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 || neg {
		ts.Fatalf("usage: state lose|damage|newer PREFIX")
	}
	c, err := local.Connect(ts.MkAbs(".pennypost"))
	ts.Check(err)
	defer func() { ts.Check(c.Close()) }()
	ctx, b := context.Background(), store.New(c.S3, "state")
	objects, _, err := b.List(ctx, args[1], "", 1)
	ts.Check(err)
	if len(objects) == 0 {
		ts.Fatalf("there is no %s", args[1])
	}
	key, etag := objects[0].Key, objects[0].ETag
	_, body, err := b.Get(ctx, key, store.Cond{})
	ts.Check(err)
	switch args[0] {
	case "lose":
		ts.Check(b.Delete(ctx, key, etag))
		return
	case "damage":
		body = body[:len(body)/2]
	case "newer":
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, err = z.Write([]byte(`{"version":1000,"news":{}}`))
		ts.Check(errors.Join(err, z.Close()))
		body = packed.Bytes()
	}
	_, err = b.Replace(ctx, key, body, store.Header{}, etag)
	ts.Check(err)
}
