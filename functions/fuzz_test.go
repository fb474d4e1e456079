package functions_test

import (
	"strings"
	"testing"

	"github.com/pennypost/pennypost/functions"
)

// FuzzKeys: whatever stands in the queue, there is an answer; keys are none that were
// not named.
func FuzzKeys(f *testing.F) {
	for _, s := range []string{
		`{"Records":[{"eventName":"ObjectCreated:Put","s3":{"object":{"key":"posts/a+b%2Bc.md","size":1,"eTag":"x","sequencer":"0055AED6DCD90281E5"}}}]}`,
		`{"Records":[{"eventTime":"2026-11-25T16:31:47.290856","s3":{"object":{"key":"posts%2Ffolder%2Fsecond.md"}}}]}`,
		`{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2014-10-13T15:57:02.089Z","Bucket":"content"}`,
		`{"Records":[{"s3":{"object":{"key":"%zz"}}}]}`, `{"Records":null}`, `{"Records":[null]}`, `{"Records":[{"s3":{"object":{"key":7}}}]}`, `[]`, `"`, ``,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		keys, err := functions.Keys(body)
		if err != nil && len(keys) > 0 {
			t.Errorf("both %q and %v", keys, err)
		}
		for _, key := range keys {
			if key == "" || len(key) > len(body) {
				t.Errorf("the key %q", key)
			}
		}
		if err == nil && !strings.Contains(strings.ToLower(body), "records") && len(keys) > 0 {
			t.Errorf("%q out of nothing", keys)
		}
	})
}
