package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/pennypost/pennypost/internal/local/s3disk"
)

// Address tells whether a process runs with a data folder, and where its S3 endpoint
// is ("http://127.0.0.1:9000"). A folder that does not exist is one nobody runs with.
func Address(dir string) (url string, is bool, err error) {
	h, is, err := running(dir)
	return h.S3, is, err
}

// running reads what the process says of itself that holds a folder's lock, if one does.
func running(dir string) (h holder, is bool, err error) {
	if err := ours(dir); err != nil {
		return holder{}, false, err
	}
	path := filepath.Join(dir, lockFile)
	if !exists(path) {
		return holder{}, false, nil
	}
	l, err := takeLock(path)
	if errors.Is(err, errLocked) {
		h, err := heldBy(path)
		return h, err == nil, err
	}
	if err != nil {
		return holder{}, false, fmt.Errorf("the data folder %s cannot be used: %w", dir, err)
	}
	return holder{}, false, l.release()
}

// Connection is a data folder as commands other than `local` work on it.
type Connection struct {
	S3 *s3.Client
	// Site and Mailgun are where a running process serves them ("http://127.0.0.1:8080");
	// empty if none does.
	Site, Mailgun string
	// LastSite is where a process served the site last; empty if none ever did.
	LastSite string
	// Now is the clock of the running process; the machine's own if there is none.
	Now func() time.Time
	// Close ends the work on the folder.
	Close func() error
}

// Connect opens the buckets in a data folder: through the running process if there is
// one; else it takes the lock and opens the folder itself until Close is called.
// Nothing is made if there is no folder.
func Connect(dir string) (*Connection, error) {
	h, running, err := running(dir)
	if err != nil {
		return nil, err
	}
	last, err := os.ReadFile(filepath.Join(dir, siteFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	lastSite := strings.TrimSpace(string(last))
	if running {
		return &Connection{
			S3: connect(h.S3), Site: h.Site, LastSite: lastSite, Mailgun: h.Mailgun,
			Now:   func() time.Time { return time.Now().Add(h.Ahead) },
			Close: func() error { return nil },
		}, nil
	}
	if !exists(filepath.Join(dir, versionFile)) {
		return nil, fmt.Errorf("there are no data in %s: name the folder with --data, or run `pennypost local` first", dir)
	}
	d, err := openData(dir, false)
	if err != nil {
		return nil, err
	}
	disk, err := s3disk.Open(d.path(s3Dir), s3disk.Options{})
	if err == nil {
		err = disk.Make(content, site, state)
	}
	if err != nil {
		return nil, errors.Join(err, d.lock.release())
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, d.lock.release())
	}
	server := &http.Server{Handler: onlyHere(l, disk.Handler()), ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	c := &Connection{S3: connect(reachable(l)), LastSite: lastSite, Now: time.Now, Close: func() error {
		ctx, cancel := context.WithTimeout(context.Background(), grace)
		defer cancel()
		err := server.Shutdown(ctx)
		<-ended
		return errors.Join(err, d.lock.release())
	}}
	if err := d.lock.says(holder{S3: reachable(l)}); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// connect returns a client of a local S3 endpoint, which takes any credentials.
func connect(url string) *s3.Client {
	return s3.New(s3.Options{
		BaseEndpoint: &url,
		Region:       "us-east-1",
		UsePathStyle: true,
		Credentials:  aws.NewCredentialsCache(credentials.NewStaticCredentialsProvider("local", "local", "")),
		HTTPClient:   &http.Client{Transport: &http.Transport{MaxIdleConns: 100, MaxIdleConnsPerHost: 100, IdleConnTimeout: time.Minute}},
	})
}
