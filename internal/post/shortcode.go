package post

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// maxShortcode is the longest shortcode that is taken for one.
const maxShortcode = 2 << 10

// expander rewrites the shortcodes of Hugo, Zola and Jekyll as Markdown. It copies
// the text piece by piece and remembers which line of the file each line of the
// result comes from.
type expander struct {
	src   []byte
	out   []byte
	at    int // how far src has been copied
	line  int // the line of the file at that place
	table *lineTable
	code  []span // in src
	notes []Warning
	told  map[string]bool
	// ends are the closing tags looked for so far; nil for one that does not stand
	// further down.
	ends map[string]*regexp.Regexp
}

// expand returns the text without shortcodes and with whole file names; ok is
// false if there was nothing to look for.
func expand(src []byte, first int) (out []byte, table *lineTable, notes []Warning, ok bool) {
	loose := looseTarget.Match(src)
	if !loose && !bytes.Contains(src, []byte("{{")) && !bytes.Contains(src, []byte("{%")) && !bytes.Contains(src, []byte(":::")) {
		return nil, nil, nil, false
	}
	x := &expander{src: src, line: first, told: map[string]bool{}, ends: map[string]*regexp.Regexp{}, table: &lineTable{starts: []int{0}, lines: []int{first}}}
	x.code = codeRanges(src)
	code := x.code
	for i := 0; i+1 < len(src); {
		for len(code) > 0 && code[0].to <= i {
			code = code[1:]
		}
		if len(code) > 0 && i >= code[0].from {
			i = code[0].to
			continue
		}
		if loose && src[i] == ']' && src[i+1] == '(' && i >= x.at {
			i = x.target(i)
			continue
		}
		if src[i] == ':' && (i == 0 || src[i-1] == '\n') && i >= x.at {
			i = max(i+1, x.admonition(i))
			continue
		}
		if src[i] != '{' || src[i+1] != '{' && src[i+1] != '%' || i < x.at {
			i++
			continue
		}
		if end := x.tag(i); end > i {
			i = end
		} else {
			i += 2
		}
	}
	x.copy(len(src))
	return x.out, x.table, x.notes, true
}

// copy takes over the text up to an offset as it is.
func (x *expander) copy(to int) {
	for x.at < to {
		c := x.src[x.at]
		x.out = append(x.out, c)
		x.at++
		if c == '\n' {
			x.line++
			x.table.starts, x.table.lines = append(x.table.starts, len(x.out)), append(x.table.lines, x.line)
		}
	}
}

// replace puts text in the place of everything up to an offset.
func (x *expander) replace(to int, text string) {
	for i := range len(text) {
		x.out = append(x.out, text[i])
		if text[i] == '\n' {
			x.table.starts, x.table.lines = append(x.table.starts, len(x.out)), append(x.table.lines, x.line)
		}
	}
	n := bytes.Count(x.src[x.at:to], []byte("\n"))
	x.line += n
	x.at = to
	// What follows in the same line of the result belongs to the later line.
	if n > 0 {
		x.table.lines[len(x.table.lines)-1] = x.line
	}
}

func (x *expander) dropped(what string) {
	if x.told[what] || len(x.notes) >= 20 {
		return
	}
	x.told[what] = true
	x.notes = append(x.notes, Warning{Line: x.line, Text: fmt.Sprintf("“%s” is a shortcode of another system and was left out; write what it stands for in Markdown", short(what))})
}

var (
	hugoTag   = regexp.MustCompile(`^\{\{(?:<|%)\s*(/?)\s*([A-Za-z0-9\x{80}-\x{10ffff}_./-]+)([^\x00]*?)(/?)\s*(?:>|%)\}\}`)
	hugoQuote = regexp.MustCompile(`^\{\{([<%])/\*([^\x00]*?)\*/([>%])\}\}`)
	liquidTag = regexp.MustCompile(`^\{%-?\s*([A-Za-z\x{80}-\x{10ffff}_][A-Za-z0-9\x{80}-\x{10ffff}_-]*)([^\x00]*?)-?%\}`)
	liquidVar = regexp.MustCompile(`^\{\{-?\s*([^\x00{}]*?)\s*-?\}\}`)
	zolaCall  = regexp.MustCompile(`^([A-Za-z\x{80}-\x{10ffff}_][A-Za-z0-9\x{80}-\x{10ffff}_:]*)\(([^\x00]*)\)$`)
	tagArg    = regexp.MustCompile("([A-Za-z0-9\\x{80}-\\x{10ffff}_-]+)\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*)\"|'([^']*)'|`([^`]*)`|([^\\s\"'`,)]+))|\"((?:[^\"\\\\]|\\\\.)*)\"|'([^']*)'|`([^`]*)`|([^\\s,\"'`]+)")
)

// tag rewrites the shortcode at an offset, if there is one, and returns where to go on.
func (x *expander) tag(i int) int {
	head := x.src[i:min(len(x.src), i+maxShortcode)]
	closer := "}}"
	if head[1] == '%' {
		closer = "%}"
	}
	end := bytes.Index(head, []byte(closer))
	if end < 0 {
		return i
	}
	head = head[:end+2]
	switch {
	case bytes.HasPrefix(head, []byte("{{<")), bytes.HasPrefix(head, []byte("{{%")):
		if m := hugoQuote.FindSubmatch(head); m != nil {
			x.copy(i)
			x.replace(i+len(m[0]), `{{`+"\\"+string(m[1])+string(m[2])+string(m[3])+`}}`)
			return i + len(m[0])
		}
		if m := hugoTag.FindSubmatch(head); m != nil {
			x.copy(i)
			return x.hugo(i, i+len(m[0]), string(m[2]), string(m[3]), len(m[1]) > 0)
		}
	case head[1] == '%':
		if m := liquidTag.FindSubmatch(head); m != nil {
			x.copy(i)
			return x.liquid(i, i+len(m[0]), strings.ToLower(string(m[1])), strings.TrimSpace(string(m[2])))
		}
	default:
		if m := liquidVar.FindSubmatch(head); m != nil {
			return x.variable(i, i+len(m[0]), string(m[1]))
		}
	}
	return i
}

// arguments are those of a shortcode, by name and in order.
type arguments struct {
	named map[string]string
	plain []string
}

func parseArguments(text string) arguments {
	a := arguments{named: map[string]string{}}
	for _, m := range tagArg.FindAllStringSubmatch(text, 64) {
		if m[1] != "" {
			a.named[strings.ToLower(m[1])] = unslash(m[2] + m[3] + m[4] + m[5])
			continue
		}
		a.plain = append(a.plain, unslash(m[6]+m[7]+m[8]+m[9]))
	}
	return a
}

func unslash(s string) string { return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(s) }

// get is the first argument of one of these names, else the plain one at a place.
func (a arguments) get(place int, names ...string) string {
	for _, name := range names {
		if v := a.named[name]; v != "" {
			return v
		}
	}
	if place >= 0 && place < len(a.plain) && len(a.named) == 0 {
		return a.plain[place]
	}
	return ""
}

// block finds the end of a shortcode that encloses text: the offsets of the inner
// text's end and of what follows the closing tag, which pattern describes.
func (x *expander) block(from int, pattern string) (inner, after int, ok bool) {
	end, known := x.ends[pattern]
	if !known {
		end = regexp.MustCompile(pattern)
		x.ends[pattern] = end
	}
	if end == nil {
		return 0, 0, false
	}
	m := end.FindIndex(x.src[from:])
	if m == nil {
		x.ends[pattern] = nil
		return 0, 0, false
	}
	return from + m[0], from + m[1], true
}

// fenced puts code between fences.
func (x *expander) fenced(to int, language, code string) {
	ticks := "```"
	for strings.Contains(code, ticks) {
		ticks += "`"
	}
	lead := ""
	if len(x.out) > 0 && x.out[len(x.out)-1] != '\n' && len(bytes.TrimSpace(x.out[bytes.LastIndexByte(x.out, '\n')+1:])) > 0 {
		lead = "\n\n"
	}
	x.replace(to, lead+ticks+cleanClass(language)+"\n"+strings.Trim(code, "\n")+"\n"+ticks+"\n")
}

// quoted puts text into a callout, whose head is "NOTE]" or "NOTE] A title".
func (x *expander) quoted(to int, head, text string) {
	var b strings.Builder
	b.WriteString("\n> [!" + head + "\n")
	for line := range strings.Lines(strings.Trim(text, "\n") + "\n") {
		b.WriteString("> " + line)
	}
	x.replace(to, b.String()+"\n")
}

// pictureMarkdown is a picture as Markdown.
func pictureMarkdown(src, alt, caption, link string) string {
	if src == "" {
		return ""
	}
	md := "![" + escapeMarkdown(alt) + "](" + escapeTarget(src)
	if caption != "" {
		md += ` "` + strings.ReplaceAll(oneLine(caption), `"`, `\"`) + `"`
	}
	md += ")"
	if link != "" {
		md = "[" + md + "](" + escapeTarget(link) + ")"
	}
	return md
}

// cardMarkdown is a link in place of something embedded, as Markdown.
func cardMarkdown(address, title string) string {
	return "[" + escapeMarkdown(cardText(address, title)) + "](" + escapeTarget(address) + "){.card}"
}

func escapeMarkdown(s string) string {
	return regexp.MustCompile("[\\\\`*_\\[\\]<>!{}]").ReplaceAllString(oneLine(s), `\$0`)
}

// escapeTarget makes a destination that needs no angle brackets.
func escapeTarget(s string) string {
	return strings.NewReplacer(" ", "%20", "(", "%28", ")", "%29", "<", "%3C", ">", "%3E", "\n", "", "\t", "", "`", "%60").Replace(strings.TrimSpace(s))
}
