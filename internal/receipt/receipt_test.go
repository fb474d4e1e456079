package receipt

import (
	"bytes"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the goldens are written in a zone

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestText(t *testing.T) {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 7, 3, 8, 5, 0, 0, time.UTC).In(zone)
	for name, r := range map[string]Receipt{
		"published": {State: Published, Key: "posts/paste.md", Title: "Wheat paste, and what it forgives", URL: "https://example.org/blog/paste/", At: at,
			Changed: []string{"its own page", "the front page, the feeds and the archive", "“The press that came by canal boat”, which now links here as the next one"},
			Mail:    []string{"It goes to 212 subscribers who asked for each post, in about 10 minutes (at 09:15).", "62 more get it in the weekly letter on Friday 10 July at 09:00."},
			Warnings: []Note{
				{Line: 14, Text: "the picture press.jpg has no description for people who cannot see it. Write one between the brackets: `![the iron press under its cloth](press.jpg)`."},
				{Text: "there is no `description`, so lists show the first sentences."},
			}},
		"scheduled": {State: Scheduled, Key: "posts/later.md", Title: "Later", Detail: "for Monday, 6 July 2026 at 07:00 (Europe/London)", Preview: "https://example.org/preview/abc/", At: at,
			Mail: []string{"Nobody is mailed before that."}},
		"draft": {State: Draft, Key: "posts/x/index.md", Title: "Half a thought", Preview: "https://example.org/preview/def/", At: at},
		"held":  {State: Held, Key: "posts/old.md", Title: "Old", URL: "https://example.org/blog/old/", Mail: []string{"Held, because its date is more than 48 hours before its upload."}, At: at},
		"rejected": {State: Rejected, Key: "posts/site.yaml", At: at.UTC(),
			Warnings: []Note{{Line: 3, Text: "`timezone` is \"Mars\", which is not a known time zone. Write a region and a city, as in `timezone: Europe/Berlin`."}}},
		"several": {State: Rejected, Key: "posts/site.yaml", At: at,
			Warnings: []Note{{Text: "posts/site.yaml, line 3: `url` is not whole. Write it with https.\nposts/site.yaml, line 12: there is a colon inside the text.\nposts/site.yaml: the file is long.\nanother.md, line 4: stays as it is"}}},
		"removed": {State: Removed, Key: "posts/gone.md", Title: "Gone", Changed: []string{"its page is gone", "the front page"}, At: at},
		"bare":    {State: Published},
		"hostile": {State: Published, Key: "posts/a\nb.md", Title: "Mail\nMail\r\n  - x", Detail: "so,\n\nMail\n", Changed: []string{"\nMail", "When"}, Mail: []string{"Mail", "- x\n\nWhen"}, At: at},
	} {
		t.Run(name, func(t *testing.T) {
			got := r.Text()
			if first := strings.Fields(string(got))[0]; first != string(r.State) {
				t.Errorf("the first word is %q", first)
			}
			file := "testdata/" + name + ".golden"
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
			for _, l := range strings.Split(string(got), "\n") {
				if len([]rune(l)) > width && strings.Count(l, " ") > 12 {
					t.Errorf("a line is longer than %d: %q", width, l)
				}
			}
		})
	}
}

func TestKey(t *testing.T) {
	if got := Key("posts/a/b.md"); got != "receipts/posts/a/b.md.txt" {
		t.Error(got)
	}
}

// drawReceipt is any receipt, also with text that looks like a section.
func drawReceipt(t *rapid.T) Receipt {
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"Mail", "\nMail\n", "When", "  - Mail", "Warnings\n", "a b c", "", "- "}), rapid.StringMatching(`([a-z]{1,12} ){0,40}`))
	notes := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Note {
		return Note{Line: rapid.IntRange(0, 99).Draw(t, "line"), Text: text.Draw(t, "note")}
	}), 0, 3)
	return Receipt{
		State: rapid.SampledFrom([]State{Published, Scheduled, Draft, Held, Rejected, Removed}).Draw(t, "state"),
		Key:   text.Draw(t, "key"), Title: text.Draw(t, "title"), URL: text.Draw(t, "url"), Preview: text.Draw(t, "preview"), Detail: text.Draw(t, "detail"),
		Changed: rapid.SliceOfN(text, 0, 3).Draw(t, "changed"), Mail: rapid.SliceOfN(text, 0, 3).Draw(t, "mail"), Warnings: notes.Draw(t, "warnings"),
		At: time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "at"), 0).UTC(),
	}
}

func TestMailRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawReceipt(t)
		text := r.Text()
		if got, want := Mail(text), clean(r.Mail); !slices.Equal(got, want) {
			t.Fatalf("read %q, wrote %q, in:\n%s", got, want, text)
		}
		lines := rapid.SliceOfN(rapid.String(), 0, 4).Draw(t, "lines")
		changed := WithMail(text, lines)
		if got, want := Mail(changed), clean(lines); !slices.Equal(got, want) {
			t.Fatalf("read %q, wrote %q, in:\n%s", got, want, changed)
		}
		// Replacing the section is the same as having written it so in the first place.
		r.Mail = lines
		if want := r.Text(); !bytes.Equal(changed, want) {
			t.Fatalf("got:\n%s\nwant:\n%s", changed, want)
		}
	})
}

// FuzzMail holds that also a file that is no receipt can be read and given a mail section.
func FuzzMail(f *testing.F) {
	f.Add([]byte("Published and ready to read.\n\nMail\n  - To all.\n\nWhen\n  now\n"), "x")
	f.Add([]byte("Mail"), "Mail")
	f.Add([]byte("\r\nMail\r\n  - a\r\n    b\r\n"), "\n")
	f.Add([]byte("Mail\n0\n\n\nWhen"), " ")
	f.Add([]byte{0xff}, "")
	f.Fuzz(func(t *testing.T, text []byte, line string) {
		before := Mail(text)
		got := WithMail(text, append(before, line))
		if now, want := Mail(got), clean(append(before, line)); !slices.Equal(now, want) {
			t.Fatalf("read %q, wrote %q, in:\n%s", now, want, got)
		}
		if again := WithMail(got, Mail(got)); !bytes.Equal(again, got) {
			t.Fatalf("not stable:\n%s\nthen:\n%s", got, again)
		}
	})
}
