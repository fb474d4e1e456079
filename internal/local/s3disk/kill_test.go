package s3disk_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rclone/gofakes3"

	"github.com/pennypost/pennypost/internal/local/s3disk"
)

// childDir names the folder in which the test binary, started as a process of its
// own, writes until it is killed.
const childDir = "S3DISK_TEST_WRITE_INTO"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		writeForEver(dir)
	}
	os.Exit(m.Run())
}

// body is version n of an object: as long as its number says, and checkable.
func body(key string, n int) []byte {
	return bytes.Repeat([]byte(fmt.Sprintf("%s %d\n", key, n)), 1+n%500)
}

// writeForEver writes version after version of a few objects, deletes some, and says
// on stdout what has been answered.
func writeForEver(dir string) {
	disk, err := s3disk.Open(dir, s3disk.Options{})
	if err == nil {
		err = disk.Make("content")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	first, _ := strconv.Atoi(os.Getenv(childDir + "_FROM"))
	for worker := range 4 {
		go func() {
			for n := first; ; n++ {
				key := fmt.Sprintf("posts/%d/%d.md", worker, n%5)
				if n%7 == 3 {
					if _, err := disk.DeleteObject(context.Background(), "content", key); err == nil {
						fmt.Printf("%s -\n", key)
					}
					continue
				}
				b := body(key, n)
				header := map[string]string{"X-Amz-Meta-N": strconv.Itoa(n)}
				if _, err := disk.PutObject(context.Background(), "content", key, header, bytes.NewReader(b), int64(len(b))); err == nil {
					fmt.Printf("%s %d\n", key, n)
				}
			}
		}()
	}
	select {}
}

// TestKill kills a writing process again and again. Afterwards every object is whole,
// and at least as new as what the process was told is stored.
func TestKill(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	from := 1
	for round := range 6 {
		told := map[string]int{} // last answered version; -1: deleted
		child := exec.Command(self)
		child.Env = append(os.Environ(), childDir+"="+dir, childDir+"_FROM="+strconv.Itoa(from))
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		child.Stderr = os.Stderr
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if len(told) == 0 { // it writes by now, however slow the machine is
				time.AfterFunc(time.Duration(1+round*70)*time.Millisecond, func() { _ = child.Process.Kill() })
			}
			key, version, ok := strings.Cut(lines.Text(), " ")
			n, err := strconv.Atoi(version)
			switch {
			case version == "-":
				told[key] = -1
			case ok && err == nil:
				told[key] = n
				from = max(from, n+1)
			}
		}
		_ = child.Wait()
		if len(told) == 0 {
			t.Fatal("the process was killed before it wrote anything")
		}
		check(t, dir, told)
	}
}

func check(t *testing.T, dir string, told map[string]int) {
	t.Helper()
	disk, err := s3disk.Open(dir, s3disk.Options{})
	if err != nil {
		t.Fatal(err)
	}
	list, err := disk.ListBucket(t.Context(), "content", nil, gofakes3.ListBucketPage{})
	if err != nil {
		t.Fatal(err)
	}
	stored := map[string]int{}
	for _, c := range list.Contents {
		o, err := disk.GetObject(t.Context(), "content", c.Key, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(o.Contents)
		_ = o.Contents.Close()
		if err != nil {
			t.Fatal(err)
		}
		n, _ := strconv.Atoi(o.Metadata["X-Amz-Meta-N"])
		sum := md5.Sum(got)
		if !bytes.Equal(got, body(c.Key, n)) || hex.EncodeToString(o.Hash) != hex.EncodeToString(sum[:]) || c.ETag != `"`+hex.EncodeToString(sum[:])+`"` {
			t.Errorf("%s is not version %d as a whole", c.Key, n)
		}
		stored[c.Key] = n
	}
	for key, n := range told {
		// The version in flight may have landed; nothing older may have come back.
		if got, there := stored[key]; n >= 0 && there && got < n {
			t.Errorf("%s is at version %d, but %d was answered", key, got, n)
		} else if n >= 0 && !there && (n+5)%7 != 3 {
			t.Errorf("%s is gone, but version %d was answered", key, n)
		}
	}
}
