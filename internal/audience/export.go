package audience

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"time"
)

var exportHeadings = []string{
	"email", "name", "status", "cadence", "topics", "since", "confirmed", "paused",
	"consent_at", "consent_page", "consent_shown", "consent_source",
}

// Export writes everybody with their consent as CSV, one shard in memory at a time,
// and tells how many. Those who left, bounced or complained are in it with their
// status, so that whoever takes the list elsewhere knows not to mail them.
func (a *Audience) Export(ctx context.Context, w io.Writer) (int, error) {
	out := csv.NewWriter(w)
	if err := out.Write(exportHeadings); err != nil {
		return 0, fmt.Errorf("write the list: %w", err)
	}
	n := 0
	for records, err := range a.Shards(ctx) {
		if err != nil {
			return n, err
		}
		for i := range records {
			s := &records[i]
			if s.Status == Moved {
				continue
			}
			err := out.Write([]string{
				harmless(s.Email), harmless(s.Name), string(s.Status), string(s.Cadence), strings.Join(s.Topics, " "),
				exportTime(s.Since), exportTime(s.Confirmed), exportTime(s.Paused),
				exportTime(s.Consent.At), harmless(s.Consent.Page), harmless(s.Consent.Shown), harmless(s.Consent.Source),
			})
			if err != nil {
				return n, fmt.Errorf("write the list: %w", err)
			}
			n++
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return n, fmt.Errorf("write the list: %w", err)
	}
	return n, nil
}

// formula is what the first character of a formula is in one spreadsheet or another.
// See https://owasp.org/www-community/attacks/CSV_Injection
const formula = "=+-@"

// harmless keeps a spreadsheet from taking what a stranger typed for a formula.
func harmless(s string) string {
	if s != "" && strings.IndexByte(formula, s[0]) >= 0 {
		return "'" + s
	}
	return s
}

// harmful is the inverse of harmless.
func harmful(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && rest != "" && strings.IndexByte(formula, rest[0]) >= 0 {
		return rest
	}
	return s
}

func exportTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
