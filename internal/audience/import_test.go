package audience

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
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
		"mailchimp": {"Mailchimp", "Email Address,First Name,Last Name,Address,Phone Number,Birthday,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS\n" +
			"\"anna@example.org\",\"Anna\",\"Lee\",\"1 Main St  Springfield\",,,4,\"2021-03-04 05:06:07\",,,,,,,,,,,\"2021-03-04 05:06:07\",1,a1,,\"\"\"friends\"\"\"\n" +
			"not an address,Bert,,,,,2,2020-01-01 00:00:00,,,,,,,,,,,,2,a2,,\n"},
		"mailchimp unsubscribed": {"Mailchimp", "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,LEID,EUID\n" +
			"bert@example.org,Bert,,2,2020-01-01 00:00:00,2022-01-01 00:00:00,,,N/A (Unsubscribed by admin),,1,a1\n" +
			"cora@example.org,Cora,,2,2020-01-01 00:00:00,,Spring news,abc,,,2,a2\nanna@example.org,Anna,,2,2021-03-04 05:06:07,,,,,,2,a2\n"},
		"mailchimp cleaned": {"Mailchimp", "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID,LEID,EUID\n" +
			"bert@example.org,Bert,,2,2020-01-01 00:00:00,2022-01-01 00:00:00,Spring news,abc,1,a1\nanna@example.org,Anna,,2,2021-03-04 05:06:07,,,,2,a2\n"},
		"substack": {"Substack", "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at\n" +
			"anna@example.org,false,,other,false,2021-03-04T05:06:07.000Z,\nbert@example.org,false,,other,true,2021-03-04T05:06:07.000Z,\n"},
		"substack's dashboard": {"Substack", "Email,Name,Stripe plan,Cancel date,Start date,Paid upgrade date,Activity,Type,Subscription source (free)\n" +
			"anna@example.org,Anna,Monthly,2022-01-01T00:00:00.000Z,2021-03-04T05:06:07.000Z,2021-04-01T00:00:00.000Z,3,Paid,direct\nbert,Bert,,,2021-03-04T05:06:07.000Z,,1,Free,direct\n"},
		"ghost": {"Ghost", "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers\r\n" +
			"6,anna@example.org,Anna,\"A note\nof two lines\",true,false,,2021-03-04T05:06:07.000Z,,,\r\n7,bert@example.org,Bert,,false,false,,2021-03-04T05:06:07.000Z,,,\r\n"},
		"buttondown": {"Buttondown", "email,notes,metadata,tags,subscriber_type,source,creation_date\n" +
			"anna@example.org,,{},,regular,api,2021-03-04 05:06:07\nbert@example.org,,{},,unactivated,api,2021-03-04\ncora@example.org,,{},,removed,api,2021-03-04\n"},
		"buttondown, newer": {"Buttondown", "id,creation_date,email_address,notes,metadata,tags,type,source,unsubscription_date,unsubscription_reason\n" +
			"sub_1,2021-03-04T05:06:07.000000Z,anna@example.org,,{},,regular,api,,\nsub_2,2021-03-04T05:06:07Z,bert@example.org,,{},,unsubscribed,api,2022-01-01T00:00:00Z,\n" +
			"sub_3,2021-03-04T05:06:07Z,cora@example.org,,{},,undeliverable,api,,\nsub_4,2021-03-04T05:06:07Z,dora@example.org,,{},,churned,api,,\n"},
		"squarespace": {"Squarespace", "Email Address,First Name,Last Name,Subscribed On,Accepts Marketing\n" +
			"anna@example.org,Anna,Lee,2021-03-04 05:06:07,true\nbert@example.org,Bert,,2021-03-04,false\n"},
		"squarespace's mailing list": {"Squarespace", "Email Address,Date Subscribed\nanna@example.org,2021-03-04T05:06:07Z\n,2021-03-04T05:06:07Z\n"},
		"an address book":            {"a list with headings", "Name,Address,E-Mail\nAnna,1 Main St,anna@example.org\nBert,2 Main St,\n"},
		"a vague heading":            {"a list with headings", "Name,Address\nAnna,anna@example.org\nBert,2 Main St\n"},
		"spreadsheet, told":          {"a list with headings", "sep=;\r\nE-Mail;Note\r\nanna@example.org;a, b, c, d\r\nbert;\r\n"},
		"Macintosh":                  {"a list with headings", "Email,Name\ranna@example.org,Anna\rbert,Bert\r"},
		"UTF-16":                     {"a list with headings", wide(true, "\ufeffEmail\tName\r\nanna@example.org\tAnna\r\nbert\tBert\r\n")},
		"UTF-16, big, no mark":       {"a list with headings", wide(false, "Email\tName\r\nanna@example.org\tAnna\r\nbert\tBert\r\n")},
		"semicolons, BOM, CRLF":      {"a list with headings", "\ufeffName;E-Mail;Status\r\nAnna;anna@example.org;subscribed\r\nBert;bert@example.org;cleaned\r\n"},
		"ragged":                     {"a list with headings", "Email,Name\nanna@example.org\nbert,Bert,of the choir\n"},
		"bare":                       {"a plain list", "anna@example.org\n\nnobody\n"},
		"tabs without headings":      {"a plain list", "Anna\tanna@example.org\nBert\t\n"},
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

// wide is a text in UTF-16.
func wide(little bool, text string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(text)) {
		if little {
			b = binary.LittleEndian.AppendUint16(b, u)
		} else {
			b = binary.BigEndian.AppendUint16(b, u)
		}
	}
	return string(b)
}

// Whom one list says to have left no other list brings in, in whatever order, and
// not a later row of the same list. Their own wish counts for more.
func TestWhoLeftElsewhereStaysAway(t *testing.T) {
	gone := "Email Address,First Name,OPTIN_TIME,UNSUB_TIME,CLEAN_TIME\n" +
		"anna@example.org,Anna,2019-01-01 00:00:00,2022-01-01 00:00:00,\nbert@example.org,Bert,2019-01-01 00:00:00,,2022-01-01 00:00:00\n"
	all := "email,status\nanna@example.org,subscribed\nbert@example.org,subscribed\ncora@example.org,complained\ncora@example.org,subscribed\n" +
		"dora@example.org,subscribed\ndora@example.org,unsubscribed\nemil@example.org,unconfirmed\n"
	a, c := newAudience(t)
	ctx := t.Context()
	for _, dry := range []bool{true, false} {
		if r := importText(t, a, gone, dry); r.Added != 0 || r.Remembered != 2 || len(r.Refused) != 2 {
			t.Errorf("who left (dry: %t): %+v", dry, r)
		}
	}
	if r := importText(t, a, gone, false); r.Remembered != 0 {
		t.Errorf("the second time: %+v", r)
	}
	asked := ask(c, "anna@example.org", Weekly)
	c.turn(time.Hour)
	r := importText(t, a, all, false)
	var got []string
	for _, x := range r.Refused {
		got = append(got, fmt.Sprint(x.Line, " ", x.Why))
	}
	want := []string{"2 has unsubscribed", "3 does not accept mail (it bounced)", "4 is marked as not subscribed there", "5 has complained about our mail",
		"6 has unsubscribed", "7 is marked as not subscribed there", "8 is marked as “unconfirmed” there"}
	if r.Added != 0 || r.Remembered != 2 || !slices.Equal(got, want) {
		t.Errorf("%+v", r)
	}
	if r := importText(t, a, "emil@example.org\n", false); r.Added != 1 {
		t.Errorf("who never confirmed elsewhere is remembered: %+v", r)
	}
	// What was asked for here before the list came is newer than what the list tells of.
	if s := confirm(t, a, asked); s.Status != Active {
		t.Errorf("their own wish: %s", s.Status)
	}
	if r := importText(t, a, gone, false); r.Remembered != 0 || status(t, a, "anna@example.org") != Active ||
		r.Refused[0].Why != "is marked as not subscribed there, but subscribed here: nothing was changed" {
		t.Errorf("who is subscribed here: %+v", r)
	}
	if _, err := a.Confirm(ctx, ask(c, "cora@example.org", Each)); refused(err) != Complained {
		t.Errorf("after a complaint elsewhere: %v", err)
	}
}

// In a list too long to be held at once, too, a row that says unsubscribed wins.
func TestEndingsInALaterPortion(t *testing.T) {
	list := "email,status\nanna@example.org,subscribed\nbert@example.org,unsubscribed\nx1@example.org,\nanna@example.org,unsubscribed\nbert@example.org,subscribed\n"
	for _, portion := range []int{1, 2, 100} {
		a, _ := newAudience(t)
		for _, dry := range []bool{true, false} {
			if _, err := a.Import(t.Context(), strings.NewReader(list), ImportOptions{Source: "a list", portion: portion, DryRun: dry}); err != nil {
				t.Fatal(err)
			}
		}
		n, err := a.Count(t.Context())
		if err != nil || n.Mailable() != 1 {
			t.Errorf("in portions of %d: %+v, %v", portion, n, err)
		}
	}
}

// Topics are understood by id and title; what the settings do not know would be
// a subscription to nothing.
func TestImportOfTopics(t *testing.T) {
	a, _ := newAudience(t)
	list := "email,topics\none@example.org,Book reviews; articles\ntwo@example.org,articles books\nthree@example.org,gardening\nfour@example.org,\n"
	o := ImportOptions{Topics: map[string]string{"book reviews": "books", "books": "books", "articles": "articles"}}
	r, err := a.Import(t.Context(), strings.NewReader(list), o)
	if err != nil || r.Added != 3 || len(r.Refused) != 1 || r.Refused[0] != (Refusal{4, "names a topic that the settings do not have"}) {
		t.Errorf("%+v, %v", r, err)
	}
	for name, want := range map[string][]string{"one": {"books", "articles"}, "two": {"articles", "books"}, "four": nil} {
		if s, err := a.Get(t.Context(), name+"@example.org"); err != nil || !slices.Equal(s.Topics, want) {
			t.Errorf("%s: %v, %v", name, s.Topics, err)
		}
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
		"11 is not an e-mail address", "12 goes on to line 13 because of a quotation mark that is not closed: none of these lines was read", "14 has a cadence other than each, weekly or monthly",
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
	confirm(t, a, ask(c, "=1+cmd|'/C'!A0@example.org", Each))
	paused := confirm(t, a, ask(c, "paused@example.org", Monthly))
	until := c.now().AddDate(0, 1, 0)
	if _, err := a.Update(ctx, paused.UID, func(s *Subscriber) error { s.Paused = until; return nil }); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	n, err := a.Export(ctx, &out)
	if err != nil || n != 23 {
		t.Fatalf("exported %d, %v", n, err)
	}
	for line := range strings.Lines(out.String()) {
		for _, cell := range strings.Split(line, ",") {
			if strings.IndexAny(strings.TrimPrefix(cell, `"`), formula) == 0 {
				t.Errorf("a formula is in the exported list: %s", line)
			}
		}
	}
	other, clock := newAudience(t)
	clock.turn(24 * time.Hour)
	report := importText(t, other, out.String(), false)
	if report.Service != "pennypost" || report.Added != 18 || len(report.Refused) != 5 || report.Remembered != 5 {
		t.Errorf("%+v", report)
	}
	for records, err := range a.Shards(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		for _, was := range records {
			s, err := other.Get(ctx, was.Email)
			if was.Status == Left {
				if _, err := other.Add(ctx, ask(clock, was.Email, Each)); refused(err) != Left {
					t.Errorf("who left before the list came: %v", err)
				}
				continue
			}
			if err != nil || s.Email != was.Email || s.Name != was.Name || s.Cadence != was.Cadence || !slices.Equal(s.Topics, was.Topics) ||
				!s.Since.Equal(was.Since) || !s.Paused.Equal(was.Paused) || s.Consent != was.Consent {
				t.Errorf("came back as %+v, %v; was %+v", s.Consent, err, was.Consent)
			}
		}
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
		err := readRows(strings.NewReader(text), nil, &report, func(x row) error {
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
