// Package storetest holds what tests need of S3: a server of one's own, and the
// contract every S3 server must keep for package store.
package storetest

import (
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/pennypost/pennypost/internal/local/s3disk"
)

// Server starts an S3 server on a random port over a temporary folder, with the
// buckets content, site and state, and returns a client of it. Both end with the
// test.
func Server(t testing.TB) *s3.Client {
	t.Helper()
	disk, err := s3disk.Open(t.TempDir(), s3disk.Options{Volatile: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := disk.Make("content", "site", "state"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(disk.Handler())
	t.Cleanup(server.Close)
	return Client(server.URL)
}

// Client returns a client of the S3 server at that address. It repeats requests as
// the functions' clients do.
func Client(url string) *s3.Client {
	return s3.New(s3.Options{
		BaseEndpoint: &url,
		Region:       "us-east-1",
		UsePathStyle: true,
		Credentials:  aws.NewCredentialsCache(credentials.NewStaticCredentialsProvider("any", "any", "")),
	})
}
