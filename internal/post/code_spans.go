package post

import "bytes"

// span is a range of offsets, the end not included.
type span struct{ from, to int }

// codeRanges finds what is code in a Markdown text before it is parsed: fenced
// and indented blocks and spans between backticks, in order. Shortcodes in it are
// text and must stay.
func codeRanges(src []byte) []span {
	var all []span
	var fence []byte // the run that opened the block under way
	blockFrom, paraFrom := 0, -1
	inList, afterBlank := false, true
	closePara := func(to int) {
		if paraFrom >= 0 {
			all = append(all, backticks(src, paraFrom, to)...)
			paraFrom = -1
		}
	}
	at := 0
	for row := range bytes.Lines(src) {
		text := bytes.TrimLeft(row, " \t>")
		blank := len(bytes.TrimSpace(text)) == 0
		mark := fenceMark(text)
		switch {
		case fence != nil:
			if len(mark) >= len(fence) && mark[0] == fence[0] && len(bytes.TrimSpace(text[len(mark):])) == 0 {
				all = append(all, span{blockFrom, at + len(row)})
				fence = nil
			}
		case mark != nil:
			closePara(at)
			fence, blockFrom = mark, at
		case blank:
			closePara(at)
		case paraFrom < 0 && !inList && afterBlank && (bytes.HasPrefix(row, []byte("    ")) || row[0] == '\t'):
			all = append(all, span{at, at + len(row)})
			at += len(row)
			continue // the next line may be code too
		default:
			if paraFrom < 0 {
				paraFrom = at
			}
			if row[0] != ' ' && row[0] != '\t' {
				inList = listMark(row)
			}
		}
		afterBlank = blank
		at += len(row)
	}
	if fence != nil {
		all = append(all, span{blockFrom, len(src)})
	}
	closePara(len(src))
	return all
}

// fenceMark is the run of backticks or tildes that a line opens or closes a block
// with; nil if it does not.
func fenceMark(text []byte) []byte {
	n := 0
	for n < len(text) && (text[n] == '`' || text[n] == '~') && text[n] == text[0] {
		n++
	}
	if n < 3 || text[0] == '`' && bytes.IndexByte(text[n:], '`') >= 0 {
		return nil
	}
	return text[:n]
}

func listMark(row []byte) bool {
	switch c := row[0]; {
	case c == '-' || c == '*' || c == '+':
		return len(row) > 1 && (row[1] == ' ' || row[1] == '\t')
	case c >= '0' && c <= '9':
		rest := bytes.TrimLeft(row, "0123456789")
		return len(rest) > 1 && (rest[0] == '.' || rest[0] == ')') && rest[1] == ' '
	}
	return false
}

// backticks finds the code spans of one paragraph.
func backticks(src []byte, from, to int) []span {
	var runs []span
	for i := from; i < to; i++ {
		if src[i] != '`' || i > from && src[i-1] == '\\' {
			continue
		}
		j := i
		for j < to && src[j] == '`' {
			j++
		}
		runs = append(runs, span{i, j})
		i = j
	}
	// The next run of the same length, found from behind.
	next, last := make([]int, len(runs)), map[int]int{}
	for i := len(runs) - 1; i >= 0; i-- {
		size := runs[i].to - runs[i].from
		next[i] = -1
		if j, ok := last[size]; ok {
			next[i] = j
		}
		last[size] = i
	}
	var all []span
	for i := 0; i < len(runs); i++ {
		if j := next[i]; j >= 0 {
			all = append(all, span{runs[i].from, runs[j].to})
			i = j
		}
	}
	return all
}
