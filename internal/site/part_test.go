package site

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pennypost/pennypost/internal/post"
)

func TestPartsOfOtherPosts(t *testing.T) {
	w := smallSite(t)
	w.put("posts/long.md", "# Long\n\n"+strings.Repeat("## A step\n\nText.\n\n", 9)+"<p id=raw>x</p>\n")
	w.put("posts/links.md", "# Links\n\n## Own part\n\n"+
		"Right: [a](sewing.md#thread) [b](2022-02-11-sewing/index.md#th%72ead) [c](sewing.md#) [d](sewing.md#top) [e](long.md#a-step-8) [f](long.md#raw) [g](../sewing/#tapes) [h](links.md#own-part)\n\n"+
		"Told of otherwise: [a](missing.md#x) [b](draft.md#x) [c](/abuot/#x) [d](#own-prat)\n\n"+
		"[near](sewing.md#tread)\n\n[far](../../blog/sewing/#glue)\n\n[none](paste.md#stirring)\n\n<a href='long.md#conclusion'>many</a>\n\n[itself](links.md#other)\n")
	p := w.plan(t)
	e := p.c.ByKey("posts/links.md")
	want := []string{
		"9: the link to “sewing.md#tread” leads to the top of that page, which has no part called “tread”; did you mean “sewing.md#thread”?",
		"11: the link to “../../blog/sewing/#glue” leads to the top of that page, which has no part called “glue”; its headings are “#tapes” and “#thread”",
		"13: the link to “paste.md#stirring” leads to the top of that page, which has no part called “stirring”; a place there gets a name if you write it behind a heading, as in “## Glue {#glue}”",
		"15: the link to “long.md#conclusion” leads to the top of that page, which has no part called “conclusion”; its headings are “#a-step”, “#a-step-1”, “#a-step-2”, “#a-step-3”, “#a-step-4”, “#a-step-5” and 3 more",
		"17: the link to “links.md#other” leads to the top of that page, which has no part called “other”; its only heading is “#own-part”",
	}
	var read []string
	warnings, err := p.Warnings(e, func(key string) ([]byte, error) {
		read = append(read, key)
		return w.read(key)
	})
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, warning := range warnings {
		if strings.Contains(warning.Text, "no part") {
			told = append(told, fmt.Sprintf("%d: %s", warning.Line, warning.Text))
		}
	}
	for i := range max(len(want), len(told)) {
		if i >= len(want) || i >= len(told) || told[i] != want[i] {
			t.Errorf("told\n  %s\nwant\n  %s", strings.Join(told, "\n  "), strings.Join(want, "\n  "))
			break
		}
	}
	if !slices.Equal(read, p.Reads(e)) || len(slices.Compact(slices.Sorted(slices.Values(read)))) != len(read) {
		t.Errorf("read %q of %q", read, p.Reads(e))
	}
	if reads := p.Reads(p.c.ByKey("posts/welcome.md")); len(reads) > 0 {
		t.Errorf("a post without such links reads %q", reads)
	}

	// What cannot be read is not judged; everything else is told of all the same.
	gone := errors.New("gone")
	warnings, err = p.Warnings(e, func(string) ([]byte, error) { return nil, gone })
	if !errors.Is(err, gone) || !slices.ContainsFunc(warnings, func(w post.Warning) bool { return strings.Contains(w.Text, "missing.md#x") }) {
		t.Errorf("%v, %v", err, warnings)
	}
}

// TestPartsAreBounded: however many parts of however many posts one links to, few are read.
func TestPartsAreBounded(t *testing.T) {
	w := newWorld()
	var links strings.Builder
	for i := range maxRead + 5 {
		w.put(fmt.Sprintf("posts/p%d.md", i), fmt.Sprintf("Number %d.\n", i))
		fmt.Fprintf(&links, "[x](p%d.md#a)\n", i)
	}
	for i := range maxParts + 5 {
		fmt.Fprintf(&links, "[x](p0.md#b%d)\n", i)
	}
	w.put("posts/links.md", links.String())
	p := w.plan(t)
	e := p.c.ByKey("posts/links.md")
	warnings, err := p.Warnings(e, w.read)
	if err != nil || len(p.Reads(e)) != maxRead || len(warnings) != maxRead-1+maxParts {
		t.Errorf("%d posts read, %d warnings, %v", len(p.Reads(e)), len(warnings), err)
	}
}
