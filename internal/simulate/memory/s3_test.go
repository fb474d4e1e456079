package memory_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/pennypost/pennypost/internal/simulate/memory"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

func TestContract(t *testing.T) {
	server := memory.New(time.Now, "state")
	storetest.Run(t, func() *s3.Client {
		return s3.New(s3.Options{
			BaseEndpoint: aws.String("http://s3.invalid"), Region: "us-east-1", UsePathStyle: true,
			Credentials: aws.AnonymousCredentials{}, HTTPClient: &http.Client{Transport: server},
		})
	})
}

func TestRestore(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := memory.New(func() time.Time { return now }, "state")
	s.Put("state", "changed", []byte("1"), nil)
	s.Put("state", "deleted", []byte("1"), nil)
	s.Put("state", "kept", []byte("1"), nil)
	yesterday := now
	now = now.Add(24 * time.Hour)
	s.Put("state", "changed", []byte("2"), nil)
	s.Delete("state", "deleted")
	s.Put("state", "kept", []byte("2"), nil)
	s.Put("state", "new", []byte("2"), nil)
	s.Restore("state", yesterday, func(key string) bool { return key == "kept" })
	for key, want := range map[string]string{"changed": "1", "deleted": "1", "kept": "2"} {
		if o := s.Get("state", key); o == nil || string(o.Body) != want {
			t.Errorf("%s is %+v, want %s", key, o, want)
		}
	}
	if s.Get("state", "new") != nil {
		t.Error("what was not there yet is there")
	}
}
