package audience

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// row is one line of a list on its way in.
type row struct {
	line          int
	address, name string
	cadence       Cadence
	topics        []string
	since, paused time.Time
	consent       *Consent // of our own export
	// ended is how it ended there, and at what moment, if the list says so: such a row
	// is not taken, but remembered. why is what the report says of it.
	ended   ending
	endedAt time.Time
	why     string
}

// ErrNoAddresses means that a file has no column of addresses.
var ErrNoAddresses = errors.New("no column of this file holds e-mail addresses: the first row should name its columns, and one of them should be called Email")

// maxCell is the longest text kept of a cell, in characters.
const maxCell = 300

// readRows goes through a CSV file with commas, semicolons, tabs or bars, with or
// without headings, and hands on the rows that can be taken or are to be remembered.
// topics is as in [ImportOptions].
func readRows(r io.Reader, topics map[string]string, report *Report, take func(row) error) error {
	in := readable(r)
	comma, skipped := separator(in)
	c := csv.NewReader(in)
	c.Comma = comma
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
				return fmt.Errorf("line %d of the list is not CSV: %v", syntax.Line+skipped, syntax.Err)
			}
			return fmt.Errorf("read the list: %w", err)
		}
		line, _ := c.FieldPos(0)
		line += skipped
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
		x, why := readRow(cells, columns, topics)
		if n := swallowed(cells); n > 0 {
			why = fmt.Sprintf("goes on to line %d because of a quotation mark that is not closed: none of these lines was read", line+n)
		}
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

// swallowed is how many more lines a row takes up if one of its cells looks as if it
// held other rows: an address in a further line of it. A note of several lines is
// no such cell.
func swallowed(cells []string) (lines int) {
	found := false
	for _, cell := range cells {
		_, rest, more := strings.Cut(cell, "\n")
		if more {
			lines += strings.Count(rest, "\n") + 1
			found = found || strings.Contains(rest, "@")
		}
	}
	if !found {
		return 0
	}
	return lines
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

// readRow judges one row; why is empty if it can be taken or is to be remembered.
func readRow(cells []string, columns []column, topics map[string]string) (x row, why string) {
	x.cadence = Each
	own := Consent{}
	end := func(how Status, said string) {
		if x.ended == "" || how == Complained {
			x.ended, x.endedAt = ending(how), readTime(said)
		}
		x.why = "is marked as not subscribed there"
	}
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
			address, err := ParseAddress(harmful(cell))
			if err != nil {
				return x, "is not an e-mail address"
			}
			x.address = address
		case colName:
			x.name = Line(harmful(cell), MaxName)
		case colCadence:
			if c := Cadence(strings.ToLower(cell)); cell != "" && !c.Valid() {
				why = "has a cadence other than each, weekly or monthly"
			} else if cell != "" {
				x.cadence = c
			}
		case colTopics:
			var ok bool
			if x.topics, ok = readTopics(cell, topics); !ok {
				why = "names a topic that the settings do not have"
			}
		case colSince:
			x.since = readTime(cell)
		case colStatus:
			switch how := readStatus(cell); {
			case how == "":
				why = "is marked as not subscribed there"
				if !strings.Contains(cell, "@") && utf8.RuneCountInString(cell) <= 20 {
					why = fmt.Sprintf("is marked as “%s” there", cell)
				}
			case how != Active:
				end(how, "")
			}
		case colLeft, colBounced, colComplained:
			if !no(cell) {
				end(map[column]Status{colLeft: Left, colBounced: Bounced, colComplained: Complained}[columns[i]], cell)
			}
		case colWanted:
			if no(cell) {
				end(Left, "")
			}
		case colPaused:
			x.paused = readTime(cell)
		case colConsentAt:
			own.At = readTime(cell)
		case colPage:
			own.Page = harmful(cell)
		case colShown:
			own.Shown = harmful(cell)
		case colSource:
			own.Source = harmful(cell)
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

// readTopics finds the ids of topics in a cell: ids or titles between commas,
// semicolons or bars, or ids between blanks. ok is false if one is not known.
func readTopics(cell string, known map[string]string) (ids []string, ok bool) {
	for _, part := range strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(",;|", r) }) {
		part = strings.TrimSpace(part)
		words := strings.Fields(part)
		if _, whole := known[strings.ToLower(part)]; whole {
			words = []string{part}
		}
		for _, w := range words {
			id := w
			if known != nil {
				if id, ok = known[strings.ToLower(w)]; !ok {
					return nil, false
				}
			}
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids, true
}

// cleanCell is a cell as one line of plain text. Bytes that are no UTF-8 are read
// as Windows-1252, the other encoding lists come in.
func cleanCell(s string) string {
	if !utf8.ValidString(s) {
		s, _ = charmap.Windows1252.NewDecoder().String(s)
	}
	return strings.Clone(Line(s, maxCell)) // the reader uses its memory again
}
