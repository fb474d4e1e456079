package receipt

import "strings"

// Mail reads the lines of the mail section of a written receipt, each joined
// again if it was broken; nil if there is no such section. What is not a receipt
// has none.
func Mail(text []byte) []string {
	lines := splitLines(text)
	from, to, found := mailSection(lines)
	if !found {
		return nil
	}
	var out []string
	for _, l := range lines[from+1 : to] {
		item, isItem := strings.CutPrefix(l, "  - ")
		switch {
		case isItem:
			out = append(out, oneLine(item))
		case len(out) > 0 && l != "":
			out[len(out)-1] += " " + oneLine(l)
		}
	}
	return out
}

// WithMail is the receipt with its mail section replaced by other lines; without
// any lines the section is left out. All other text stays as it is, so that a
// later word about the mail does not touch what publishing said.
func WithMail(text []byte, lines []string) []byte {
	old := splitLines(text)
	from, to, found := mailSection(old)
	if !found && len(clean(lines)) > 0 {
		from = mailPlace(old)
		to = from
	} else if !found {
		from, to = len(old), len(old) // nothing to put anywhere
	}
	// Blank lines around the section belong to it; one is put back on each side.
	head, tail := trimBlank(old[:from]), withoutMail(old[to:])

	var b strings.Builder
	for _, l := range head {
		b.WriteString(l + "\n")
	}
	section(&b, headMail, lines)
	if len(tail) > 0 && b.Len() > 0 {
		b.WriteByte('\n')
	}
	for _, l := range tail {
		b.WriteString(l + "\n")
	}
	return []byte(b.String())
}

// mailSection is the range of the mail section's lines, the heading included.
func mailSection(lines []string) (from, to int, found bool) {
	for i, l := range lines {
		if l != headMail || i > 0 && lines[i-1] != "" {
			continue
		}
		to = i + 1
		for to < len(lines) && (lines[to] == "" || strings.HasPrefix(lines[to], " ")) {
			to++
		}
		return i, to, true
	}
	return 0, 0, false
}

// withoutMail drops the sections that follow the first, with the blank lines
// around them: no receipt of ours has any.
func withoutMail(lines []string) []string {
	var out []string
	for {
		from, to, found := mailSection(lines)
		part := lines
		if found {
			part = lines[:from]
		}
		for len(part) > 0 && part[0] == "" {
			part = part[1:]
		}
		if part = trimBlank(part); len(part) > 0 {
			if len(out) > 0 {
				out = append(out, "")
			}
			out = append(out, part...)
		}
		if !found {
			return out
		}
		lines = lines[to:]
	}
}

// mailPlace is where a mail section would stand: before the warnings, else
// before the time, else at the end.
func mailPlace(lines []string) int {
	for _, head := range []string{headWarnings, headMend, headWhen} {
		for i, l := range lines {
			if l == head && (i == 0 || lines[i-1] == "") {
				return i
			}
		}
	}
	return len(lines)
}

// splitLines is the text without its line ends, of any kind. A line of nothing
// but white space, whichever, is an empty one.
func splitLines(text []byte) []string {
	s := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(string(text), "\uFFFD"))
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		if strings.TrimSpace(l) == "" {
			lines[i] = ""
		}
	}
	return trimBlank(lines)
}

// trimBlank drops blank lines at the end.
func trimBlank(lines []string) []string {
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}
