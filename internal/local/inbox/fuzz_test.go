package inbox_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/local/inbox"
)

// Whatever is posted is either refused, or is there as JSON afterwards.
func FuzzReceive(f *testing.F) {
	const form = "application/x-www-form-urlencoded"
	f.Add(form, "from=a@b.example&to=c@d.example&subject=%25recipient.x%25&text=t&recipient-variables=%7B%22c@d.example%22:%7B%22x%22:[1]%7D%7D")
	f.Add(form, "from=a@b.example&to=c@d.example,e@f.example&subject=s&html=%25recipient%25&h:X=y&o:tag=z")
	f.Add("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\na@b.example\r\n--b--\r\n")
	f.Add("multipart/form-data", "")
	f.Fuzz(func(t *testing.T, kind, body string) {
		h, err := inbox.New(inbox.Options{Dir: t.TempDir(), Now: func() time.Time { return testNow }})
		if err != nil {
			t.Fatal(err)
		}
		req := httptest.NewRequest(http.MethodPost, "/v3/mg.example.org/messages", strings.NewReader(body))
		req.Header.Set("Content-Type", kind)
		req.SetBasicAuth("api", "key")
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, req)

		list := httptest.NewRecorder()
		h.ServeHTTP(list, httptest.NewRequest(http.MethodGet, "/api/messages", nil))
		var all []map[string]any
		if err := json.Unmarshal(list.Body.Bytes(), &all); err != nil {
			t.Fatalf("the list is not JSON: %v", err)
		}
		if accepted := answer.Code == http.StatusOK; accepted != (len(all) > 0) {
			t.Errorf("answered %d, but %d messages are there", answer.Code, len(all))
		}
		page := httptest.NewRecorder()
		h.ServeHTTP(page, httptest.NewRequest(http.MethodGet, "/", nil))
		if page.Code != http.StatusOK {
			t.Errorf("the page for people answers %d", page.Code)
		}
	})
}
