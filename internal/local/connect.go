package local

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/pennypost/pennypost/internal/local/s3disk"
)

// Address tells whether a process runs with a data folder, and where its S3 endpoint
// is ("http://127.0.0.1:9000"). A folder that does not exist is one nobody runs with.
func Address(dir string) (url string, running bool, err error) {
	if err := ours(dir); err != nil {
		return "", false, err
	}
	path := filepath.Join(dir, lockFile)
	if !exists(path) {
		return "", false, nil
	}
	l, err := takeLock(path)
	if errors.Is(err, errLocked) {
		h, err := heldBy(path)
		return h.S3, err == nil, err
	}
	if err != nil {
		return "", false, fmt.Errorf("the data folder %s cannot be used: %w", dir, err)
	}
	return "", false, l.release()
}

// Connect returns a client of the buckets in a data folder, for commands other than
// `local`: of the running process if there is one; else it takes the lock and opens
// the folder itself until close is called. running says which. now is the clock for
// what is written then; nil: the machine's. Nothing is made if there is no folder.
func Connect(dir string, now func() time.Time) (client *s3.Client, running bool, close func() error, err error) {
	url, running, err := Address(dir)
	if err != nil {
		return nil, false, nil, err
	}
	if running {
		return connect(url), true, func() error { return nil }, nil
	}
	if !exists(filepath.Join(dir, versionFile)) {
		return nil, false, nil, fmt.Errorf("there are no data in %s: name the folder with --data, or run `pennypost local` first", dir)
	}
	d, err := openData(dir, false)
	if err != nil {
		return nil, false, nil, err
	}
	disk, err := s3disk.Open(d.path(s3Dir), s3disk.Options{Now: now})
	if err == nil {
		err = disk.Make(content, site, state)
	}
	if err != nil {
		return nil, false, nil, errors.Join(err, d.lock.release())
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, false, nil, errors.Join(err, d.lock.release())
	}
	server := &http.Server{Handler: onlyHere(l, disk.Handler()), ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	close = func() error {
		ctx, cancel := context.WithTimeout(context.Background(), grace)
		defer cancel()
		err := server.Shutdown(ctx)
		<-ended
		return errors.Join(err, d.lock.release())
	}
	url = reachable(l)
	if err := d.lock.says(holder{S3: url}); err != nil {
		return nil, false, nil, errors.Join(err, close())
	}
	return connect(url), false, close, nil
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
