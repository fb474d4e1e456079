package front_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/pennypost/pennypost/internal/local/front"
)

// FuzzKey: an address is either a key or sent on to the same address with a slash,
// and never to another host.
func FuzzKey(f *testing.F) {
	for _, path := range []string{"/", "/x", "/x/", "//evil", "/%2F%2Fevil", "/\\evil", "/x?y", "/a.b", "/a%00b", "/%C3%A9", "///"} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, address string) {
		u, err := url.ParseRequestURI(address)
		if err != nil || !strings.HasPrefix(u.Path, "/") || u.Host != "" {
			return
		}
		key, redirect := front.Key(u)
		if (key == "") == (redirect == "") {
			t.Fatalf("%q: key %q and redirect %q", address, key, redirect)
		}
		if redirect == "" {
			return
		}
		if !strings.HasPrefix(redirect, "/") || strings.HasPrefix(redirect, "//") || strings.HasPrefix(redirect, `/\`) || strings.ContainsAny(redirect, "\r\n") {
			t.Fatalf("%q is sent to %q", address, redirect)
		}
		to, err := url.ParseRequestURI(redirect)
		if err != nil || to.Host != "" || to.RawQuery != u.RawQuery || strings.TrimLeft(to.Path, "/") != strings.TrimLeft(u.Path+"/", "/") {
			t.Fatalf("%q is sent to %q", address, redirect)
		}
		if again, more := front.Key(to); more != "" || !strings.HasSuffix(again, "index.html") {
			t.Fatalf("%q is sent to %q, and on to %q", address, redirect, more)
		}
	})
}
