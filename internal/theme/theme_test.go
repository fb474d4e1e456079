package theme

import (
	"strings"
	"testing"

	"github.com/pennypost/pennypost/internal/settings"
)

func TestEveryKindOfPageIsWritten(t *testing.T) {
	th, err := New(settings.Default())
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, err := range []error{
		th.Article(&b, &Article{}), th.Listing(&b, &Listing{}), th.Shelf(&b, &Shelf{}), th.Archive(&b, &Archive{}),
		th.Links(&b, &Links{}), th.Notice(&b, &Notice{}), th.Redirect(&b, &Redirect{From: "/a/", To: "/b/"}),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	if n := strings.Count(b.String(), "<h1"); n != 7 {
		t.Errorf("%d first headings on 7 pages", n)
	}
}
