package publish

import "testing"

func TestWhomAPostIsMailedTo(t *testing.T) {
	for line, want := range map[string]string{
		"1 subscriber who chose each post: now":                                         "1 subscriber",
		"1 subscriber who chose each post: being mailed now":                            "1 subscriber",
		"25 subscribers who chose each post: at 14:05 (undo window of 10 minutes)":      "25 subscribers at 14:05",
		"up to 2 subscribers: on Friday 27 November, 09:00 (undo window of 10 minutes)": "up to 2 subscribers on Friday 27 November, 09:00",
		"3 weekly subscribers: Friday 27 November, 09:00":                               "3 weekly subscribers",
		"nobody yet: held until you release it, because it is old":                      "nobody yet (see its receipt)",
		"nobody: its `email:` is none":                                                  "nobody",
	} {
		if got := mailing(line); got != want {
			t.Errorf("%q becomes %q, want %q", line, got, want)
		}
	}
}
