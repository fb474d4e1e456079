package audience

import (
	"bufio"
	"bytes"
	"io"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// listHead is how much of a list is looked at to tell how it is written.
const listHead = 4 << 10

// readable makes UTF-8 with line feeds out of a list as spreadsheets save them: in
// UTF-16 ("Unicode text"), with a byte order mark, or with carriage returns alone
// ("Macintosh"). What is in none of these is left to [cleanCell].
func readable(r io.Reader) *bufio.Reader {
	in := bufio.NewReaderSize(r, 64<<10)
	head, _ := in.Peek(listHead)
	var wide encoding.Encoding
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), len(head) > 3 && head[1] == 0 && head[3] == 0:
		wide = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(head, []byte("\xfe\xff")), len(head) > 3 && head[0] == 0 && head[2] == 0:
		wide = unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case bytes.HasPrefix(head, []byte("\ufeff")):
		in.Discard(3)
	}
	if wide != nil {
		in = bufio.NewReaderSize(transform.NewReader(in, wide.NewDecoder()), 64<<10)
	}
	if head, _ = in.Peek(listHead); bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(head, '\r') >= 0 {
		in = bufio.NewReaderSize(lineFeeds{in}, 64<<10)
	}
	return in
}

// lineFeeds reads carriage returns as line feeds.
type lineFeeds struct{ r io.Reader }

func (l lineFeeds) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	for i, c := range p[:n] {
		if c == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// separator is what stands between the cells: what a first line "sep=;", which
// spreadsheets write and read, says, and else whichever stands most often in it.
// The line is taken away, and there is one line less to count.
func separator(in *bufio.Reader) (comma rune, skipped int) {
	head, _ := in.Peek(listHead)
	first, _, _ := bytes.Cut(head, []byte("\n"))
	line := strings.ToLower(strings.TrimSpace(string(first)))
	if rest, ok := strings.CutPrefix(strings.Trim(line, `"`), "sep="); ok && len(rest) == 1 && strings.Contains(",;|", rest) {
		in.Discard(min(len(first)+1, len(head)))
		return rune(rest[0]), 1
	}
	best := ','
	for _, c := range []rune{';', '\t', '|'} {
		if bytes.Count(first, []byte(string(c))) > bytes.Count(first, []byte(string(best))) {
			best = c
		}
	}
	return best, 0
}
