package site

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pennypost/pennypost/internal/catalog"
)

// TestBearingsTellOfWarnings: whatever others upload, edit and remove, a post of which the
// bearings stay the same is warned of the same.
func TestBearingsTellOfWarnings(t *testing.T) {
	const key = "posts/a.md"
	refs := []string{
		"[x](b.md)", "[x](b.md#glue)", "[x](sub/c.md)", "[x](/blog/b/)", "[x](/blog/b/#glue)", "[x](../c/)", "[x](/tags/sleep/)", "[x](/about/#glue)",
		"![x](p.png)", "![x](sub/q.png)", "[x](#glue)", "[x](/feed.xml)", "[x](d)", "[x](/old/)",
	}
	fronts := []string{"", "aliases: [/blog/b/]\n", "aliases: [/about/, /old/]\n", "image: p.png\n"}
	others := map[string][]string{
		"posts/b.md":           {"", "## Glue\n", "## Paper\n", "---\ndraft: true\n---\n## Glue\n", "---\nslug: d\n---\n## Glue\n", "---\ntags: [sleep]\n---\n", "---\ndate: 2030-01-01\n---\n"},
		"posts/sub/c.md":       {"", "---\nslug: b\n---\n## Glue\n", "---\ntitle: [\n---\n", "---\naliases: [/old/]\n---\n"},
		"posts/pages/about.md": {"", "## Glue\n", "---\nslug: b\n---\n"},
		"posts/p.png":          {"", drawPNG(4, 4, 9), "no picture", "GIF89a"},
		"posts/sub/q.png":      {"", drawPNG(4, 4, 9), "no picture", "GIF89a"},
	}
	keys := slices.Sorted(maps.Keys(others))
	told := 0
	rapid.Check(t, func(t *rapid.T) {
		body := "---\ntitle: A\n" + rapid.SampledFrom(fronts).Draw(t, "front") + "---\n" + strings.Join(rapid.SliceOfN(rapid.SampledFrom(refs), 1, 4).Draw(t, "refs"), "\n\n") + "\n"
		draw := func(name string) (*Plan, *world, *catalog.Entry) {
			w := newWorld()
			w.put(key, body)
			for _, k := range keys {
				text := rapid.SampledFrom(others[k]).Draw(t, name+" "+k)
				switch {
				case text == "":
				case strings.HasSuffix(k, ".md"):
					w.put(k, text+"\nText of "+k+".\n")
				default:
					w.put(k, text)
				}
			}
			p := w.plan(t)
			for key, o := range p.Outputs() {
				p.c.Outputs[key] = catalog.Output{Digest: o.Digest, ETag: "made", Post: p.c.Outputs[key].Post}
			}
			return p, w, p.c.ByKey(key)
		}
		warned := func(p *Plan, w *world, e *catalog.Entry) string {
			all, err := p.Warnings(e, w.read)
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprint(all)
		}
		p, w, e := draw("before")
		p2, w2, e2 := draw("after")
		if e.Path != e2.Path || e.Live != e2.Live {
			return
		}
		before, after := warned(p, w, e), warned(p2, w2, e2)
		if before == after {
			return
		}
		told++
		if TakeBearings(p.c).Of(e2) == TakeBearings(p2.c).Of(e2) {
			t.Fatalf("warned of\n%s\nand then of\n%s", before, after)
		}
	})
	if told == 0 {
		t.Error("nothing was ever warned of")
	}
}
