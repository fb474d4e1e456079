package audience

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func importText(t *testing.T, a *Audience, text string, dry bool) Report {
	t.Helper()
	report, err := a.Import(t.Context(), strings.NewReader(text), ImportOptions{Source: "import of list.csv", DryRun: dry})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// The exports of others, with one row each that is to be taken and the others not.
func TestImportOfOthersExports(t *testing.T) {
	for name, list := range map[string]struct{ service, text string }{
		"mailchimp": {"Mailchimp", "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,UNSUB_TIME,TAGS\n" +
			"\"anna@example.org\",\"Anna\",\"Lee\",4,\"2021-03-04 05:06:07\",\"\",\"\"\"friends\"\"\"\n" +
			"bert@example.org,Bert,,2,2020-01-01 00:00:00,2022-01-01 00:00:00,\n"},
		"substack": {"Substack", "email,active_subscription,expiry,email_disabled,created_at\n" +
			"anna@example.org,false,,false,2021-03-04T05:06:07.000Z\nbert@example.org,false,,true,2021-03-04T05:06:07.000Z\n"},
		"ghost": {"Ghost", "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers\n" +
			"6,anna@example.org,Anna,,true,false,,2021-03-04T05:06:07.000Z,,,\n7,bert@example.org,Bert,,false,false,,2021-03-04T05:06:07.000Z,,,\n"},
		"buttondown": {"Buttondown", "email,notes,metadata,tags,subscriber_type,source,creation_date\n" +
			"anna@example.org,,{},,regular,api,2021-03-04 05:06:07\nbert@example.org,,{},,unactivated,api,2021-03-04\ncora@example.org,,{},,removed,api,2021-03-04\n"},
		"squarespace": {"Squarespace", "Email Address,First Name,Last Name,Subscribed On,Accepts Marketing\n" +
			"anna@example.org,Anna,Lee,2021-03-04 05:06:07,true\nbert@example.org,Bert,,2021-03-04,false\n"},
		"semicolons, BOM, CRLF": {"a list with headings", "\ufeffName;E-Mail;Status\r\nAnna;anna@example.org;subscribed\r\nBert;bert@example.org;cleaned\r\n"},
		"bare":                  {"a plain list", "anna@example.org\n\nnobody\n"},
		"tabs without headings": {"a plain list", "Anna\tanna@example.org\nBert\t\n"},
	} {
		t.Run(name, func(t *testing.T) {
			a, _ := newAudience(t)
			dry := importText(t, a, list.text, true)
			if n, err := a.Count(t.Context()); err != nil || n != (Counts{}) {
				t.Fatalf("the dry run wrote: %+v, %v", n, err)
			}
			report := importText(t, a, list.text, false)
			if report.Service != list.service || report.Added != 1 || len(report.Refused) != report.Rows-1 || dry.Added != 1 || !slices.Equal(dry.Refused, report.Refused) {
				t.Errorf("%+v, after the dry run said %+v", report, dry)
			}
			s, err := a.Get(t.Context(), "anna@example.org")
			if err != nil || s.Status != Active || s.Cadence != Each || s.Consent.Source != "import of list.csv" {
				t.Errorf("%#v, %v", s, err)
			}
			if strings.Contains(list.text, "2021") && s.Since.Format(time.DateOnly) != "2021-03-04" {
				t.Errorf("since %v", s.Since)
			}
			again := importText(t, a, list.text, false)
			if again.Added != 0 || len(again.Refused) != again.Rows {
				t.Errorf("the second time: %+v", again)
			}
		})
	}
}

func TestImportTellsWhatItDidNotTake(t *testing.T) {
	a, c := newAudience(t)
	ctx := t.Context()
	for _, name := range []string{"here", "left", "bounced", "complained", "erased"} {
		confirm(t, a, ask(c, name+"@example.org", Monthly))
	}
	c.turn(time.Hour)
	_, err := a.Erase(ctx, "erased@example.org")
	err = errors.Join(err, a.LeaveAddress(ctx, "left@example.org", c.now()), a.Bounce(ctx, "bounced@example.org", c.now()),
		a.Complain(ctx, "complained@example.org", c.now()), a.Complain(ctx, "stranger@example.org", c.now()))
	if err != nil {
		t.Fatal(err)
	}
	report := importText(t, a, `Email,Name,Cadence
new@example.org,=1+1,weekly
here@example.org,,
LEFT@example.org,,
bounced@example.org,,
complained@example.org,,
erased@example.org,,
stranger@example.org,,
New@Example.org,,
,"Nobody",
not an address,,
"x@example.org
Bcc: y@example.org",,
hourly@example.org,,hourly
`, false)
	var got []string
	for _, r := range report.Refused {
		got = append(got, fmt.Sprint(r.Line, " ", r.Why))
	}
	want := []string{
		"3 is already subscribed", "4 has unsubscribed", "5 does not accept mail (it bounced)", "6 has complained about our mail",
		"7 has asked to be erased", "8 has complained about our mail", "9 is already subscribed", "10 is not an e-mail address",
		"11 is not an e-mail address", "12 is not an e-mail address", "14 has a cadence other than each, weekly or monthly",
	}
	if report.Added != 1 || report.Rows != 12 || !slices.Equal(got, want) {
		t.Errorf("%d of %d rows added; refused:\n%s\nwant:\n%s", report.Added, report.Rows, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if s, err := a.Get(ctx, "new@example.org"); err != nil || s.Cadence != Weekly {
		t.Errorf("%#v, %v", s, err)
	}
	if s, err := a.Get(ctx, "here@example.org"); err != nil || s.Cadence != Monthly {
		t.Errorf("an import changed a subscriber: %#v, %v", s, err)
	}
	for _, text := range []string{"", "colour,size\nred,3\n", "\x00\x01\x02"} {
		if _, err := a.Import(ctx, strings.NewReader(text), ImportOptions{}); !errors.Is(err, ErrNoAddresses) {
			t.Errorf("importing %q: %v", text, err)
		}
	}
}

// What is exported can be imported elsewhere, with consent, and nobody who left
// comes back by it.
func TestExportAndImport(t *testing.T) {
	a, c := newAudience(t)
	ctx := t.Context()
	for i := range 20 {
		q := ask(c, fmt.Sprintf("reader%d@example.org", i), Cadences[i%3])
		q.Name, q.Topics = "Zoë, “the reader”", []string{"books", "articles"}
		q.Consent = Consent{At: c.now(), Page: "/blog/x/", Shown: "Yes, please", Source: "form"}
		s := confirm(t, a, q)
		if i%4 == 0 {
			if err := a.Leave(ctx, s.UID, c.turn(time.Minute)); err != nil {
				t.Fatal(err)
			}
		}
	}
	q := ask(c, "formula@example.org", Each)
	q.Name = `=HYPERLINK("http://example.com")`
	confirm(t, a, q)
	var out bytes.Buffer
	n, err := a.Export(ctx, &out)
	if err != nil || n != 21 {
		t.Fatalf("exported %d, %v", n, err)
	}
	if strings.Contains(out.String(), `,=HYPER`) || strings.Contains(out.String(), `,"=HYPER`) {
		t.Error("a name is a formula in the exported list")
	}
	other, _ := newAudience(t)
	report := importText(t, other, out.String(), false)
	if report.Service != "pennypost" || report.Added != 16 || len(report.Refused) != 5 {
		t.Errorf("%+v", report)
	}
	s, err := other.Get(ctx, "reader1@example.org")
	if err != nil || s.Cadence != Weekly || s.Name != "Zoë, “the reader”" || !slices.Equal(s.Topics, []string{"books", "articles"}) ||
		s.Consent.Shown != "Yes, please" || s.Consent.Page != "/blog/x/" || s.Consent.Source != "form" {
		t.Errorf("%#v %+v, %v", s, s.Consent, err)
	}
	if s, err := other.Get(ctx, "formula@example.org"); err != nil || s.Name != q.Name {
		t.Errorf("the formula came back as %q, %v", s.Name, err)
	}
}

// A list longer than what is held in memory is judged the same in portions.
func TestImportInPortions(t *testing.T) {
	var list strings.Builder
	for i := range 100 {
		fmt.Fprintf(&list, "Reader%d@example.org\n", i%70)
	}
	var reports []Report
	for _, o := range []ImportOptions{{}, {portion: 7}, {DryRun: true}, {DryRun: true, portion: 7}} {
		a, _ := newAudience(t)
		last := 0
		o.Progress = func(done int) {
			if done < last || done > 100 {
				t.Errorf("progress from %d to %d", last, done)
			}
			last = done
		}
		report, err := a.Import(t.Context(), strings.NewReader(list.String()), o)
		if err != nil || last != 100 || report.Added != 70 || len(report.Refused) != 30 {
			t.Errorf("%d added, %d refused, %d done, %v", report.Added, len(report.Refused), last, err)
		}
		n, err := a.Count(t.Context())
		if err != nil || n.Each != 70 && !o.DryRun || n.Each != 0 && o.DryRun {
			t.Errorf("then there are %+v, %v", n, err)
		}
		reports = append(reports, report)
	}
	for _, r := range reports[1:] {
		if !slices.Equal(r.Refused, reports[0].Refused) {
			t.Errorf("refused %v\nand in one portion %v", r.Refused, reports[0].Refused)
		}
	}
}

func FuzzImport(f *testing.F) {
	f.Add("Email,Name\nanna@example.org,Anna\n")
	f.Add("\ufeffa;b\r\n\"x@y.z\n;\"")
	f.Add("anna@example.org")
	f.Add("email\temail\n\xff@x.y\tz@x.y\n")
	f.Fuzz(func(t *testing.T, text string) {
		var report Report
		taken := 0
		err := readRows(strings.NewReader(text), &report, func(x row) error {
			taken++
			if _, err := ParseAddress(x.address); err != nil || !x.cadence.Valid() || x.line < 1 || strings.ContainsAny(x.name, "\r\n") {
				t.Errorf("took line %d: %v", x.line, err)
			}
			return nil
		})
		if err == nil && taken+len(report.Refused) != report.Rows {
			t.Errorf("%d rows, %d taken, %d refused", report.Rows, taken, len(report.Refused))
		}
		if err != nil && strings.Contains(err.Error(), "@") {
			t.Errorf("the error holds an address: %v", err)
		}
	})
}

// BenchmarkImport takes in and puts out lists of 100,000 rows; ROWS=1000000 more.
func BenchmarkImportExport(b *testing.B) {
	rows := 100_000
	if n := os.Getenv("ROWS"); n != "" {
		fmt.Sscan(n, &rows)
	}
	file := filepath.Join(b.TempDir(), "list.csv")
	out, err := os.Create(file)
	if err != nil {
		b.Fatal(err)
	}
	fmt.Fprintln(out, "Email,Name,Cadence")
	for i := range rows {
		fmt.Fprintf(out, "reader%d@example.org,Reader %d,%s\n", i, i, Cadences[i%3])
	}
	if err := out.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		a, _ := newAudience(b)
		in, err := os.Open(file)
		if err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		report, err := a.Import(b.Context(), in, ImportOptions{Source: "a list"})
		in.Close()
		if err != nil || report.Added != rows {
			b.Fatalf("%d added, %v", report.Added, err)
		}
		b.ReportMetric(float64(rows)/time.Since(start).Seconds(), "imported/s")
		start = time.Now()
		if n, err := a.Export(b.Context(), io.Discard); err != nil || n != rows {
			b.Fatalf("%d exported, %v", n, err)
		}
		b.ReportMetric(float64(rows)/time.Since(start).Seconds(), "exported/s")
	}
}
