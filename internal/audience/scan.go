package audience

import (
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"
)

// Every freeze and every batch reads whole shards, and most of what that costs is
// encoding/json. The scanner here reads what encode writes, and leaves to
// encoding/json whatever looks different in the least: other fields or repeated
// ones, escapes, a history, a signpost. A fuzz test holds the two against each other.

// scanShard reads a shard laid out as encode does it; ok is false for any other,
// and then nothing is said about it.
func scanShard(body []byte) (s *shard, ok bool) {
	text := string(body) // the records' strings are cut out of this one
	head, rest, ok := strings.Cut(text, ",\n\"subscribers\":[")
	if !ok || !strings.HasPrefix(head, `{"version":`) || !utf8.ValidString(text) {
		return nil, false
	}
	s = &shard{}
	if json.Unmarshal([]byte(head+"}"), s) != nil || s.Subscribers != nil || s.Marks != nil {
		return nil, false
	}
	s.Subscribers = make([]Subscriber, 0, strings.Count(rest, "\n"))
	for strings.HasPrefix(rest, "\n{") {
		s.Subscribers = append(s.Subscribers, Subscriber{})
		r := &s.Subscribers[len(s.Subscribers)-1]
		if rest, ok = scanRecord(rest[1:], r); !ok {
			return nil, false
		}
		if strings.HasPrefix(rest, ",\n{") {
			rest = rest[1:]
			continue
		}
		break
	}
	tail, ok := strings.CutPrefix(rest, "]")
	if marks, more := strings.CutPrefix(tail, ",\n\"marks\":"); more {
		tail = `"marks":` + marks
	} else if !strings.HasPrefix(tail, "}") {
		return nil, false
	}
	var end shard
	if !ok || json.Unmarshal([]byte("{"+tail), &end) != nil ||
		end.Version != 0 || end.Generation != 0 || end.Nonce != "" || end.Subscribers != nil {
		return nil, false
	}
	s.Marks = end.Marks
	return s, true
}

// scanRecord reads one record and gives what follows it.
func scanRecord(text string, r *Subscriber) (rest string, ok bool) {
	p := scanner{rest: text}
	if p.subscriber(r); !p.odd {
		return p.rest, true
	}
	*r = Subscriber{}
	d := json.NewDecoder(strings.NewReader(text))
	if d.Decode(r) != nil {
		return "", false
	}
	return text[d.InputOffset():], true
}

// scanner goes through JSON of the plainest kind. Once it meets anything else it is
// odd, and what it gave so far means nothing.
type scanner struct {
	rest string
	odd  bool
}

func (p *scanner) subscriber(r *Subscriber) {
	p.object(func(key string) (field int) {
		switch key {
		case "uid":
			r.UID = p.text()
			return 1
		case "email":
			r.Email = p.text()
			return 2
		case "name":
			r.Name = p.text()
			return 3
		case "status":
			r.Status = known(Status(p.text()), Active, Left, Bounced, Complained)
			return 4
		case "cadence":
			r.Cadence = known(Cadence(p.text()), Cadences[:]...)
			return 5
		case "topics":
			r.Topics = p.texts()
			return 6
		case "since":
			r.Since = p.time()
			return 7
		case "asked":
			r.Asked = p.time()
			return 8
		case "confirmed":
			r.Confirmed = p.time()
			return 9
		case "consent":
			p.consent(&r.Consent)
			return 10
		case "left_at":
			r.LeftAt = p.time()
			return 11
		case "bounced_at":
			r.BouncedAt = p.time()
			return 12
		case "complained_at":
			r.ComplainedAt = p.time()
			return 13
		case "paused":
			r.Paused = p.time()
			return 14
		case "chosen":
			r.Chosen = p.time()
			return 15
		}
		return 0
	})
}

func (p *scanner) consent(c *Consent) {
	p.object(func(key string) (field int) {
		switch key {
		case "at":
			c.At = p.time()
			return 1
		case "page":
			c.Page = p.text()
			return 2
		case "shown":
			c.Shown = p.text()
			return 3
		case "source":
			c.Source = p.text()
			return 4
		}
		return 0
	})
}

// known gives the constant instead of the text cut out of the shard, so that
// keeping it does not keep the shard.
func known[T ~string](s T, all ...T) T {
	for _, k := range all {
		if s == k {
			return k
		}
	}
	return s
}

// take goes past a text that must be next.
func (p *scanner) take(s string) {
	rest, ok := strings.CutPrefix(p.rest, s)
	p.rest = rest
	p.odd = p.odd || !ok
}

// object reads an object whose members follow each other without blanks. value reads
// a member's value and gives the number of its field from 1, or 0 for an unknown one.
func (p *scanner) object(value func(key string) int) {
	var seen uint32
	for next := "{"; !p.odd; next = "," {
		p.take(next)
		key := p.text()
		p.take(":")
		if p.odd {
			return
		}
		field := value(key)
		if field == 0 || seen&(1<<field) != 0 {
			p.odd = true
			return
		}
		seen |= 1 << field
		if strings.HasPrefix(p.rest, "}") {
			p.rest = p.rest[1:]
			return
		}
	}
}

// text reads a string without escapes.
func (p *scanner) text() string {
	p.take(`"`)
	for i := 0; i < len(p.rest) && !p.odd; i++ {
		switch c := p.rest[i]; {
		case c == '"':
			s := p.rest[:i]
			p.rest = p.rest[i+1:]
			return s
		case c == '\\' || c < ' ':
			p.odd = true
		}
	}
	p.odd = true
	return ""
}

// texts reads a list of at least one string.
func (p *scanner) texts() []string {
	var all []string
	for next := "["; !p.odd; next = "," {
		p.take(next)
		all = append(all, p.text())
		if strings.HasPrefix(p.rest, "]") {
			p.rest = p.rest[1:]
			return all
		}
	}
	return nil
}

// time reads a moment in UTC as [time.Time.MarshalJSON] writes it.
func (p *scanner) time() time.Time {
	s := p.text()
	const whole = len("2006-01-02T15:04:05")
	if p.odd || len(s) < whole+1 || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' || s[len(s)-1] != 'Z' {
		p.odd = true
		return time.Time{}
	}
	nanoseconds := 0
	if fraction := s[whole : len(s)-1]; fraction != "" {
		if fraction[0] != '.' || len(fraction) < 2 || len(fraction) > 10 {
			p.odd = true
			return time.Time{}
		}
		nanoseconds = p.digits(fraction[1:])
		for range 10 - len(fraction) {
			nanoseconds *= 10
		}
	}
	year, month, day := p.digits(s[:4]), p.digits(s[5:7]), p.digits(s[8:10])
	hour, minute, second := p.digits(s[11:13]), p.digits(s[14:16]), p.digits(s[17:19])
	t := time.Date(year, time.Month(month), day, hour, minute, second, nanoseconds, time.UTC)
	// A day or hour that does not exist would be made into one that does.
	if month < 1 || month > 12 || t.Day() != day || t.Month() != time.Month(month) || hour > 23 || minute > 59 || second > 59 {
		p.odd = true
	}
	return t
}

func (p *scanner) digits(s string) int {
	n := 0
	for i := range len(s) {
		c := s[i]
		if c < '0' || c > '9' {
			p.odd = true
			return 0
		}
		n = 10*n + int(c-'0')
	}
	return n
}
