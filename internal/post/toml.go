package post

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// readTOML reads front matter between "+++" lines. The first line of src is line
// number first of the file.
func readTOML(key string, src []byte, first int) (*value, []error) {
	var m map[string]any
	if err := toml.Unmarshal(src, &m); err != nil {
		return nil, []error{tomlError(key, src, first, err)}
	}
	rows := strings.Split(string(src), "\n")
	v := tomlValue(m, rows, first, first)
	return &v, nil
}

// tomlValue copies what the TOML parser made. It keeps no lines, so each key's is
// looked up in the text.
func tomlValue(x any, rows []string, first, line int) value {
	v := value{kind: scalar, line: line}
	switch x := x.(type) {
	case nil:
		v.kind = nothing
	case map[string]any:
		v.kind = mapping
		for name, inner := range x {
			at := tomlLine(rows, name, first, line)
			v.fields = append(v.fields, field{name: name, line: at, value: tomlValue(inner, rows, first, at)})
		}
		sort.Slice(v.fields, func(i, j int) bool {
			a, b := v.fields[i], v.fields[j]
			return a.line < b.line || a.line == b.line && a.name < b.name
		})
	case []any:
		v.kind = list
		for _, inner := range x {
			v.list = append(v.list, tomlValue(inner, rows, first, line))
		}
	case string:
		v.text = cleanText(x)
	case bool:
		v.text = strconv.FormatBool(x)
	case float64:
		v.text = strconv.FormatFloat(x, 'f', -1, 64)
	case time.Time:
		v.text = x.Format(time.RFC3339Nano)
	default:
		v.text = fmt.Sprint(x)
	}
	return v
}

// tomlLine is the line that sets a key or opens its table, at or after a line.
func tomlLine(rows []string, name string, first, from int) int {
	for i := max(0, from-first); i < len(rows); i++ {
		row := strings.TrimSpace(rows[i])
		row = strings.TrimSpace(strings.TrimLeft(row, `["'`))
		if after, ok := strings.CutPrefix(row, name); ok {
			after = strings.TrimLeft(after, `"' `)
			if strings.HasPrefix(after, "=") || strings.HasPrefix(after, "]") || strings.HasPrefix(after, ".") {
				return first + i
			}
		}
	}
	return from
}

var (
	tomlColon = regexp.MustCompile(`^\s*([A-Za-z0-9\x{80}-\x{10ffff}_-]+)\s*:\s*(.*)$`)
	tomlPair  = regexp.MustCompile(`^\s*([A-Za-z0-9\x{80}-\x{10ffff}_-]+)\s*=\s*(.*)$`)
)

func tomlError(key string, src []byte, first int, err error) *Error {
	e := &Error{Key: key, Line: first, What: "the front matter cannot be read",
		Instead: `Write each setting on a line of its own, as in title = "My post", with text between double quotes.`}
	var at *toml.DecodeError
	if !errors.As(err, &at) {
		return e
	}
	n, _ := at.Position()
	e.Line = first + n - 1
	message := strings.TrimPrefix(at.Error(), "toml: ")
	row := rowAt(src, n)
	pair, colon := tomlPair.FindStringSubmatch(row), tomlColon.FindStringSubmatch(row)
	switch {
	case strings.Contains(message, "already defined"):
		e.What, e.Instead = "a setting is given twice ("+message+")", "Delete one of the two lines."
	case colon != nil:
		e.What = fmt.Sprintf("“%s” is followed by a colon, but between lines of +++ it must be an equals sign", colon[1])
		e.Instead = fmt.Sprintf("Write %s = %s", colon[1], quote(strings.Trim(colon[2], `"'`)))
	case pair != nil && oneSided(pair[2], '"'):
		e.What = fmt.Sprintf("the text of “%s” begins with a quotation mark but does not end with one", pair[1])
		e.Instead = fmt.Sprintf("Write %s = %s", pair[1], quote(pair[2][1:]))
	case pair != nil && pair[2] != "" && !slices.Contains([]string{`"`, "'", "[", "{"}, pair[2][:1]):
		e.What = fmt.Sprintf("the value of “%s” cannot be read (%s)", pair[1], message)
		e.Instead = fmt.Sprintf("Write text between double quotes: %s = %s", pair[1], quote(pair[2]))
	default:
		e.What = "the front matter cannot be read here (" + message + ")"
	}
	return e
}
