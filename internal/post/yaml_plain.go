package post

import "strings"

// readPlainYAML reads the YAML that nearly all front matter is: "key: value"
// lines with plain or simply quoted text, and lists of such. It is twenty times
// as fast as the full parser and reports false on anything beyond; a test holds
// its answers equal to the full parser's.
func readPlainYAML(src []byte, first int) (*value, bool) {
	rows := strings.Split(strings.TrimSuffix(string(src), "\n"), "\n")
	top := &value{kind: mapping, line: first}
	for i := 0; i < len(rows); i++ {
		row := strings.TrimRight(rows[i], " ")
		if row == "" || row[0] == '#' {
			continue
		}
		name, rest, ok := strings.Cut(row, ":")
		if !ok || !plainKey(name) || rest != "" && rest[0] != ' ' || has(top.fields, name) {
			return nil, false
		}
		f := field{name: name, line: first + i}
		rest = strings.TrimLeft(rest, " ")
		switch {
		case rest == "":
			items, used, ok := plainItems(rows[i+1:], first+i+1)
			if !ok {
				return nil, false
			}
			f.value = value{line: f.line}
			if used > 0 {
				f.value = value{kind: list, line: first + i + 1, list: items}
			}
			i += used
		case rest[0] == '[':
			f.value, ok = plainFlow(rest, f.line)
		default:
			f.value, ok = plainScalar(rest, f.line)
		}
		// A line that is indented carries on the one before it.
		if !ok || i+1 < len(rows) && rows[i+1] != "" && strings.ContainsRune(" \t-", rune(rows[i+1][0])) {
			return nil, false
		}
		top.fields = append(top.fields, f)
	}
	return top, true
}

func has(fields []field, name string) bool {
	for _, f := range fields {
		if f.name == name {
			return true
		}
	}
	return false
}

func plainKey(s string) bool {
	if s == "" || s == "null" || s == "true" || s == "false" || s[0] >= '0' && s[0] <= '9' || s[0] == '-' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if c|0x20 < 'a' || c|0x20 > 'z' {
			if c != '_' && c != '-' && (c < '0' || c > '9') {
				return false
			}
		}
	}
	return true
}

// plainItems reads "- item" lines, all indented alike, and reports how many.
func plainItems(rows []string, line int) (items []value, used int, ok bool) {
	indent := -1
	for _, row := range rows {
		text := strings.TrimLeft(row, " ")
		if !strings.HasPrefix(text, "- ") {
			break
		}
		if indent < 0 {
			indent = len(row) - len(text)
		}
		if len(row)-len(text) != indent {
			return nil, 0, false
		}
		v, ok := plainScalar(strings.Trim(text[2:], " "), line+used)
		if !ok {
			return nil, 0, false
		}
		items = append(items, v)
		used++
	}
	return items, used, true
}

// plainFlow reads "[a, b]".
func plainFlow(s string, line int) (value, bool) {
	inner, closed := strings.CutSuffix(s[1:], "]")
	v := value{kind: list, line: line}
	if !closed {
		return v, false
	}
	if inner = strings.Trim(inner, " "); inner == "" {
		return v, true
	}
	for part := range strings.SplitSeq(inner, ",") {
		item, ok := plainScalar(strings.Trim(part, " "), line)
		if !ok || strings.ContainsAny(item.text, "[]{}") {
			return v, false
		}
		v.list = append(v.list, item)
	}
	return v, true
}

// plainScalar reads text without quotes that can mean only itself, or quoted text
// without an escape.
func plainScalar(s string, line int) (value, bool) {
	v := value{kind: scalar, line: line, text: s}
	if s == "" || strings.Contains(s, "\t") {
		return v, false
	}
	switch c := s[0]; {
	case c == '"' || c == '\'':
		if len(s) < 2 || s[len(s)-1] != c || strings.ContainsAny(s[1:len(s)-1], `\`+string(c)) {
			return v, false
		}
		v.text = s[1 : len(s)-1]
		return v, true
	case c|0x20 >= 'a' && c|0x20 <= 'z', c >= '0' && c <= '9', c >= 0xc3, c == '/', c == '(':
	default:
		return v, false
	}
	if strings.Contains(s, ": ") || strings.Contains(s, " #") || strings.HasSuffix(s, ":") {
		return v, false
	}
	if s == "null" || s == "Null" || s == "NULL" {
		return value{line: line}, true
	}
	return v, true
}
