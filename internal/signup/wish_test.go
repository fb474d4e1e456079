package signup

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/settings"
)

func FuzzWish(f *testing.F) {
	f.Add("email=anna%40example.org&cadence=weekly&topics=books&name=Anna&from=%2Fblog%2Fx%2F")
	f.Add("email=a%0d%0aBcc:b@c.de&name=%00%ff&topics=articles&topics=books&website=x")
	f.Add("email=x&from=https%3A%2F%2Fevil.example%2F%2Fy%3Fq%3D1")
	f.Add("%zz;=&&&=")
	topics := []settings.Topic{{ID: "articles"}, {ID: "books"}}
	f.Fuzz(func(t *testing.T, body string) {
		form, _ := url.ParseQuery(body)
		w, errs := readWish(form, topics)
		if errs["email"] == "" {
			if again, err := audience.ParseAddress(w.Address); err != nil || again != w.Address {
				t.Errorf("took the address %q: %v", w.Address, err)
			}
		}
		for _, text := range []string{w.Address, w.Name, w.Page} {
			if strings.ContainsAny(text, "\r\n\x00") || !utf8.ValidString(text) || utf8.RuneCountInString(text) > 254 {
				t.Errorf("kept %q", text)
			}
		}
		if w.Page != "" && w.Page[0] != '/' || !w.Cadence.Valid() || len(w.Topics) > 1 {
			t.Errorf("kept %+v", w)
		}
	})
}

func FuzzTicket(f *testing.F) {
	f.Add(make([]byte, 26))
	f.Add([]byte("short"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, ok := readTicket(b); ok && string(got.bytes()) != string(b) {
			t.Errorf("%x is read as %x", b, got.bytes())
		}
	})
}

func FuzzRequest(f *testing.F) {
	f.Add([]byte(`{"version":1,"number":"0011223344556677","kind":"join","state":"sent","email":"a@example.org"}`))
	f.Add([]byte(`{"version":2}`))
	f.Add([]byte(`{"version":1,"email":{"a@b.c":1}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := decodeRequest(b); err != nil && strings.Contains(err.Error(), "@") {
			t.Errorf("the error holds an address: %v", err)
		}
	})
}

func TestReadPage(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "/blog/x/": "/blog/x/", "https://bindery.example/blog/x/?utm=1#a": "/blog/x/", "javascript:alert(1)": "",
		"x": "", "/a\r\nb": "", "/a%0d%0ab": "", "/%ff": "", "/anna@example.org": "", "/" + strings.Repeat("x", 300): "", "https://bindery.example": "",
	} {
		if got := readPage(in); got != want {
			t.Errorf("readPage(%q) = %q, want %q", in, got, want)
		}
	}
}
