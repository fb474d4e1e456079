package local_test

import (
	"net/http"
	"testing"

	"github.com/pennypost/pennypost/internal/local"
)

// A page whose host name was made to mean this machine can read nothing.
func TestForeignHostNames(t *testing.T) {
	o, b := options(t), &blog{}
	start(t, o, b)
	endpoint, _, err := local.Address(o.Data)
	if err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{b.around.Mailgun.Base + "/api/messages", endpoint + "/state"} {
		for host, want := range map[string]int{"evil.example": 403, "evil.example:80": 403, "localhost:1": 200, "127.0.0.1": 200, "[::1]:9": 200} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Host = host
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			if answer.StatusCode != want {
				t.Errorf("%s as %s: %d, want %d", url, host, answer.StatusCode, want)
			}
		}
	}
}
