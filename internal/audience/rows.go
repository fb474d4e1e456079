package audience

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// row is one line of a list on its way in.
type row struct {
	line          int
	address, name string
	cadence       Cadence
	topics        []string
	since         time.Time
	consent       *Consent // of our own export
}

// ErrNoAddresses means that a file has no column of addresses.
var ErrNoAddresses = errors.New("no column of this file holds e-mail addresses: the first row should name its columns, and one of them should be called Email")

// maxCell is the longest text kept of a cell, in characters.
const maxCell = 300

// readRows goes through a CSV file with commas, semicolons or tabs, with or
// without headings, and hands on the rows that can be taken.
func readRows(r io.Reader, report *Report, take func(row) error) error {
	in := bufio.NewReaderSize(r, 64<<10)
	if b, _ := in.Peek(3); bytes.Equal(b, []byte("\ufeff")) {
		in.Discard(3)
	}
	head, _ := in.Peek(4 << 10)
	c := csv.NewReader(in)
	c.Comma = separator(head)
	c.FieldsPerRecord = -1
	c.LazyQuotes = true
	c.ReuseRecord = true

	var columns []column
	for {
		cells, err := c.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			var syntax *csv.ParseError
			if errors.As(err, &syntax) {
				return fmt.Errorf("line %d of the list is not CSV: %v", syntax.Line, syntax.Err)
			}
			return fmt.Errorf("read the list: %w", err)
		}
		line, _ := c.FieldPos(0)
		if columns == nil {
			var ok bool
			if columns, report.Service, report.Understood, ok = readHeadings(cells); ok {
				continue
			}
			if columns = bareColumns(cells); columns == nil {
				return ErrNoAddresses
			}
			report.Service, report.Understood = "a plain list", []string{fmt.Sprintf("column %d → address", slices.Index(columns, colEmail)+1)}
		}
		report.Rows++
		x, why := readRow(cells, columns)
		x.line = line
		if why != "" {
			report.Refused = append(report.Refused, Refusal{line, why})
			continue
		}
		if err := take(x); err != nil {
			return err
		}
	}
	if columns == nil {
		return ErrNoAddresses
	}
	return nil
}

// separator is whichever stands most often in the first line.
func separator(head []byte) rune {
	first, _, _ := bytes.Cut(head, []byte("\n"))
	best := ','
	for _, c := range []rune{';', '\t'} {
		if bytes.Count(first, []byte(string(c))) > bytes.Count(first, []byte(string(best))) {
			best = c
		}
	}
	return best
}

// bareColumns finds the column of addresses in a list without headings.
func bareColumns(cells []string) []column {
	for i, cell := range cells {
		if _, err := ParseAddress(cell); err == nil {
			columns := make([]column, len(cells))
			columns[i] = colEmail
			return columns
		}
	}
	return nil
}

// readRow judges one row; why is empty if it can be taken.
func readRow(cells []string, columns []column) (x row, why string) {
	x.cadence = Each
	own := Consent{}
	for i, cell := range cells {
		if i >= len(columns) {
			break
		}
		if columns[i] == colNone || columns[i] == colIgnored {
			continue
		}
		cell = cleanCell(cell)
		switch columns[i] {
		case colEmail:
			address, err := ParseAddress(cell)
			if err != nil {
				return x, "is not an e-mail address"
			}
			x.address = address
		case colName:
			x.name = strings.TrimPrefix(cell, "'")
		case colCadence:
			if c := Cadence(strings.ToLower(cell)); cell != "" && !c.Valid() {
				why = "has a cadence other than each, weekly or monthly"
			} else if cell != "" {
				x.cadence = c
			}
		case colTopics:
			x.topics = strings.FieldsFunc(cell, func(r rune) bool { return r == ' ' || r == ',' || r == ';' || r == '|' })
		case colSince:
			x.since = readTime(cell)
		case colStatus:
			if statusStops(cell) {
				why = "is marked as not subscribed there"
			}
		case colGone:
			if !no(cell) {
				why = "is marked as not subscribed there"
			}
		case colWanted:
			if no(cell) {
				why = "is marked as not subscribed there"
			}
		case colPage:
			own.Page = cell
		case colShown:
			own.Shown = cell
		case colSource:
			own.Source = cell
		}
	}
	if x.address == "" && why == "" {
		why = "has no e-mail address"
	}
	if own != (Consent{}) {
		x.consent = &own
	}
	return x, why
}

// cleanCell is a cell as one line of plain text. Bytes that are no UTF-8 are read
// as Windows-1252, the other encoding lists come in.
func cleanCell(s string) string {
	if !utf8.ValidString(s) {
		s, _ = charmap.Windows1252.NewDecoder().String(s)
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	s = strings.TrimSpace(s)
	if utf8.RuneCountInString(s) > maxCell {
		s = string([]rune(s)[:maxCell])
	}
	return strings.Clone(s) // the reader uses its memory again
}
