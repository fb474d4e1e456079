package newsletter

import (
	"errors"
	"strings"
	"testing"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/catalog"
)

func TestATestMailGoesToOneAddressOnly(t *testing.T) {
	p := newPlace(t)
	p.subscribe("ann", audience.Each)
	n := p.engine()
	ctx := t.Context()
	p.write("alpha", func(e *catalog.Entry) { e.Draft, e.Live = true, false })
	for _, name := range []string{"alpha", "posts/alpha.md", "alpha.md", "blog/alpha", "/blog/alpha/"} {
		m, err := n.Preview(ctx, name)
		if err != nil || m.Subject != "The alpha piece" || !strings.Contains(m.Text, "Words of alpha.") {
			t.Errorf("the preview of %s is %+v, %v", name, m, err)
		}
	}
	if err := n.SendTest(ctx, "ada@home.example", "alpha"); err != nil {
		t.Fatal(err)
	}
	if len(p.box.got) != 1 || p.box.got[0].to != "ada@home.example" || p.box.got[0].subject != "[Test] The alpha piece" {
		t.Errorf("mailed %+v", p.box.got)
	}
	var refusal *Refusal
	for name, err := range map[string]error{
		"a post that is not there": n.SendTest(ctx, "ada@home.example", "nothing"),
		"an address that is none":  n.SendTest(ctx, "ada", "alpha"),
	} {
		if !errors.As(err, &refusal) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if all, err := n.List(ctx); err != nil || len(all) != 0 {
		t.Errorf("a test opened %v, %v", all, err)
	}
}
