package audience

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// ImportOptions is how a list is taken in.
type ImportOptions struct {
	Source string // "import of list.csv": part of the consent record
	// DryRun reads and judges everything and writes nothing.
	DryRun bool
	// Progress is told how many rows of how many are done; may be nil. Calls may come
	// from several goroutines, one at a time.
	Progress func(done, total int)
}

// Report is what an import did, or in a dry run would do.
type Report struct {
	Service    string   // whose export it looks like
	Understood []string // "Email Address → address"
	Rows       int
	Added      int
	Refused    []Refusal // sorted by line
}

// Refusal is a row that was not taken. It holds no address.
type Refusal struct {
	Line int // in the file, from 1
	Why  string
}

// row is one line of a list on its way in.
type row struct {
	line          int
	address, name string
	cadence       Cadence
	topics        []string
	since         time.Time
	consent       *Consent // of our own export
}

// Import takes a list in as CSV. Nobody who is on the list or ever left, bounced,
// complained or was erased is touched; rows without a cadence get each post.
func (a *Audience) Import(ctx context.Context, r io.Reader, o ImportOptions) (Report, error) {
	ring, err := a.keys(ctx, keysFor)
	if err != nil {
		return Report{}, err
	}
	var report Report
	var shards [ShardCount][]row
	err = readRows(r, &report, func(x row) {
		n := ring.fingerprint(x.address).shard()
		shards[n] = append(shards[n], x)
	})
	if err != nil {
		return report, err
	}
	gone, err := a.Left(ctx, time.Time{})
	if err != nil {
		return report, err
	}
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex // guards report, first and done
		first error
		done  = len(report.Refused)
		slots = make(chan struct{}, 8)
	)
	for n := range shards {
		if len(shards[n]) == 0 {
			continue
		}
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if ctx.Err() != nil {
				return
			}
			added, refused, err := a.importShard(ctx, ring, n, shards[n], gone, o)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				first = err
				return
			}
			report.Added += added
			report.Refused = append(report.Refused, refused...)
			done += len(shards[n])
			shards[n] = nil
			if o.Progress != nil {
				o.Progress(done, report.Rows)
			}
		})
	}
	wg.Wait()
	if first == nil {
		first = ctx.Err()
	}
	slices.SortFunc(report.Refused, func(x, y Refusal) int { return x.Line - y.Line })
	return report, first
}

// importShard judges and adds the rows of one shard in one swap.
func (a *Audience) importShard(ctx context.Context, ring *keyring, n int, rows []row, gone Leavings, o ImportOptions) (added int, refused []Refusal, err error) {
	now := stamp(a.now())
	alter := func(s *shard) error {
		added, refused = 0, nil
		there := make(map[string]Status, len(s.Subscribers)+len(rows))
		uids := make(map[string]bool, len(s.Subscribers)+len(rows))
		for i := range s.Subscribers {
			there[fold(s.Subscribers[i].Email)] = s.Subscribers[i].Status
			uids[s.Subscribers[i].UID] = true
		}
		delete(there, "") // those who moved
		for _, x := range rows {
			f := ring.fingerprint(x.address)
			why := s.Marks[f.String()].refuses(time.Time{})
			if status, ok := there[fold(x.address)]; ok {
				why = &RefusedError{Status: status}
			} else if _, ok := gone.at[f]; ok && why == nil {
				why = &RefusedError{Status: Left}
			}
			if why != nil {
				refused = append(refused, Refusal{x.line, why.Error()})
				continue
			}
			uid, err := newUID(byte(n), a.rand)
			for err == nil && uids[uid] {
				uid, err = newUID(byte(n), a.rand)
			}
			if err != nil {
				return err
			}
			there[fold(x.address)], uids[uid] = Active, true
			s.Subscribers = append(s.Subscribers, x.record(uid, now, o.Source))
			added++
		}
		if added == 0 {
			return errSame
		}
		slices.SortFunc(s.Subscribers, func(x, y Subscriber) int { return strings.Compare(x.UID, y.UID) })
		return nil
	}
	if !o.DryRun {
		err = a.change(ctx, n, alter)
		return added, refused, err
	}
	s, err := a.read(ctx, n)
	if err == nil {
		if err = alter(s); errors.Is(err, errSame) {
			err = nil
		}
	}
	return added, refused, err
}

// record makes a subscriber of a row.
func (x row) record(uid string, now time.Time, source string) Subscriber {
	s := Subscriber{
		UID: uid, Email: x.address, Name: x.name, Cadence: x.cadence, Topics: x.topics,
		Since: stamp(x.since), Asked: now, Confirmed: now, Consent: Consent{At: stamp(x.since), Source: source},
	}
	if x.since.IsZero() || x.since.After(now) {
		s.Since, s.Consent.At = now, now
	}
	if x.consent != nil {
		s.Consent.Page, s.Consent.Shown = x.consent.Page, x.consent.Shown
		if x.consent.Source != "" {
			s.Consent.Source = x.consent.Source
		}
	}
	s.settle()
	return s
}

// ErrNoAddresses means that a file has no column of addresses.
var ErrNoAddresses = errors.New("no column of this file holds e-mail addresses: the first row should name its columns, and one of them should be called Email")

// maxCell is the longest text kept of a cell, in characters.
const maxCell = 300

// readRows goes through a CSV file with commas, semicolons or tabs, with or
// without headings, and hands on the rows that can be taken.
func readRows(r io.Reader, report *Report, take func(row)) error {
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
		take(x)
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
