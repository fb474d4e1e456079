package post

import (
	"slices"
	"testing"
)

func TestResolve(t *testing.T) {
	for ref, want := range map[string]string{
		"/about/":            "/about/",
		"../x/":              "/blog/x/",
		"x":                  "/blog/paste/x",
		".":                  "/blog/paste/",
		"?a=b#c":             "/blog/paste/?a=b#c",
		"../../../../x/":     "/x/",
		"/..//other.example": "/other.example",
		`/\other.example`:    "/%5Cother.example",
		"über uns/":          "/blog/paste/%C3%BCber%20uns/",
		"100%":               "/blog/paste/100%25",
		":x":                 "",
	} {
		if got := Resolve("/blog/paste/", ref); got != want {
			t.Errorf("%s leads to %q, want %q", ref, got, want)
		}
	}
	if got := Resolve("https://bench.example/blog/paste/", "../x/"); got != "https://bench.example/blog/x/" {
		t.Errorf("from a mail: %q", got)
	}
}

func TestPlacesOnThePage(t *testing.T) {
	text := "# T\n\n## Wheat glue\n\n## Thread {#yarn}\n\n<p id=raw>x</p>\n\nA picture:\n![p](a.jpg){#pic}\n\n" +
		"[a](#wheat-glue) [b](#yarn) [c](#raw) [d](#pic) [e](#top) [f](#) [g](#wheat-glu) [h](#main) [i](#t%68read)\n\n<p id=main>x</p>\n\n[j](/a/) [k](b/) [k](b/)"
	p, err := Parse("posts/x.md", []byte(text), Options{})
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, w := range p.Warnings {
		told = append(told, w.Text)
	}
	want := []string{
		"the link to “#wheat-glu” leads nowhere on this page; did you mean “#wheat-glue”?",
		"the link to “#t%68read” leads nowhere on this page; a place gets a name if you write it behind a heading, as in “## Glue {#glue}”",
	}
	if !slices.Equal(told, want) {
		t.Errorf("%q", told)
	}
	if want := []Ref{{To: "/a/", Line: 16}, {To: "b/", Line: 16}}; !slices.Equal(p.Places, want) {
		t.Errorf("%v", p.Places)
	}
	if ids := idsOf(p.HTML(nil)); slices.Contains(ids, "main") {
		t.Errorf("the frame's id is taken: %q", ids)
	}
}
