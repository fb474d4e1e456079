package post

import (
	"regexp"
	"sort"
	"strings"
)

// looseTarget is a link or a picture whose file name has blanks in it, as people
// write who know nothing of Markdown's angle brackets. It begins behind the "]".
var looseTarget = regexp.MustCompile(`\]\(([^(){}<>\n"]*[^(){}<>\n" ] [^(){}<>\n"]*\.(?i:md|markdown|jpe?g|png|gif|svg|webp|heic)(?:#[^()\s"]*)?)\s*("[^"\n]*")?\)`)

var admonitionHead = regexp.MustCompile(`^:::+[ \t]*\{?\.?([A-Za-z]+)\}?([^\n]*)\n`)

// admonitionEnd is the line that closes an admonition.
const admonitionEnd = `(?m)^:::+[ \t]*$`

// admonition rewrites ":::note Title" to ":::", as Docusaurus and VuePress have
// it, as a callout, and returns where to go on.
func (x *expander) admonition(i int) int {
	m := admonitionHead.FindSubmatch(x.src[i:min(len(x.src), i+maxShortcode)])
	if m == nil {
		return i
	}
	kind, _ := calloutKind(string(m[1]))
	if kind == "" {
		return i
	}
	inner, after, ok := i+len(m[0]), 0, false
	for range 50 { // a closing line in a block of code closes nothing
		if inner, after, ok = x.block(inner, admonitionEnd); !ok || !x.inCode(inner) {
			break
		}
		inner = after
	}
	if !ok || x.inCode(inner) {
		x.ends[admonitionEnd] = nil // nor does one follow further down
		return i
	}
	x.copy(i)
	x.quoted(after, string(m[1])+"]"+strings.TrimRight(" "+strings.Trim(string(m[2]), "[] \t"), " "), string(x.src[i+len(m[0]):inner]))
	return after
}

// inCode tells whether an offset lies in code.
func (x *expander) inCode(at int) bool {
	n := sort.Search(len(x.code), func(i int) bool { return x.code[i].to > at })
	return n < len(x.code) && x.code[n].from <= at
}

// target puts "%20" for the blanks in a file name and returns where to go on.
func (x *expander) target(i int) int {
	row := lineAt(x.src[i:min(len(x.src), i+maxShortcode)], 0)
	m := looseTarget.FindSubmatchIndex(row)
	if m == nil || m[0] != 0 {
		return i + 2
	}
	x.copy(i + m[2])
	x.replace(i+m[3], strings.ReplaceAll(strings.TrimSpace(string(row[m[2]:m[3]])), " ", "%20"))
	return i + m[3]
}
