package settings

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
)

// alreadyDefined is how the parser tells of a name that stands twice.
var alreadyDefined = regexp.MustCompile(`mapping key "?(.*?)"? already defined at \[(\d+):`)

// syntaxError puts a mistake of YAML's spelling into words, with the line as it
// would be right where that can be told.
func syntaxError(err error, lines []string) *Error {
	e := &Error{}
	said := err.Error()
	var y yaml.Error
	if errors.As(err, &y) {
		said = y.GetMessage()
		if tok := y.GetToken(); tok != nil && tok.Position != nil {
			e.Line, e.Column = tok.Position.Line, tok.Position.Column
		}
	}
	if e.Line < 1 || e.Line > len(lines) {
		e.Line = firstText(lines)
	}
	line := lines[e.Line-1]
	quoted := "Put the text after the colon in double quotes."
	if fixed, ok := inQuotes(line); ok {
		quoted = "Write `" + fixed + "`."
	}

	if m := alreadyDefined.FindStringSubmatch(said); m != nil {
		e.What = fmt.Sprintf("`%s` is written twice; the first one is in line %s.", m[1], m[2])
		e.Instead = "Keep one of the two."
		return e
	}
	indent := len(line) - len(strings.TrimLeft(line, " \t"))
	switch {
	case strings.Contains(line[:indent], "\t") || strings.Contains(said, "'\t'"):
		e.What = "the line begins with a tab."
		e.Instead = "Use spaces: two for each step inwards."
	case strings.Contains(said, "end character of"):
		e.What = "a text begins with a quotation mark that is never closed."
		e.Instead = "Add the same mark at the end of the text."
	case strings.Contains(said, "sequence entries are not allowed"):
		e.What = "a list cannot begin on the line of its name."
		e.Instead = "Write each `- …` on a line of its own below it."
	case strings.Contains(said, "reserved character"):
		e.What = "this text begins with a sign that YAML keeps for itself."
		e.Instead = quoted
	case strings.Contains(said, "mapping value is not allowed") && !strings.Contains(valueOf(line), ": ") && e.Line < len(lines):
		e.Line++
		e.Column = 0
		e.What = "this line is moved in further than the one above, which already has a value."
		e.Instead = "Begin both in the same column; if it belongs under the other, leave that line without a value after the colon."
	case strings.Contains(said, "mapping value is not allowed"):
		e.What = "there is a colon inside the text."
		e.Instead = quoted
	case strings.Contains(said, "is not allowed in this context"):
		e.What = "this text begins or ends in a way that YAML reads differently."
		e.Instead = quoted
	default:
		e.What = "this cannot be read as YAML (" + said + ")."
		e.Instead = "Write `name: value`, with a space after the colon and quotes around unusual text."
	}
	return e
}

// valueOf is what stands after the first colon of a line.
func valueOf(line string) string {
	_, value, _ := strings.Cut(line, ": ")
	return strings.TrimSpace(value)
}

// inQuotes is the line with its value in double quotes; false if it has none.
func inQuotes(line string) (string, bool) {
	name, value, ok := strings.Cut(line, ": ")
	value = strings.TrimSpace(value)
	if !ok || value == "" {
		return "", false
	}
	if c := value[0]; len(value) > 1 && (c == '\'' || c == '"') && value[len(value)-1] == c {
		value = value[1 : len(value)-1]
	}
	value = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value)
	return strings.TrimSpace(name) + `: "` + value + `"`, true
}

// firstText is the number of the first line that is not blank.
func firstText(lines []string) int {
	for i, l := range lines {
		if strings.TrimSpace(l) != "" {
			return i + 1
		}
	}
	return 1
}
