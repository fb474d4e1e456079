package audience

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// ShardCount is how many objects the audience is spread over.
const ShardCount = 256

const shardVersion = 1

// ShardKey is the key of shard n (0 to 255) in the state bucket.
func ShardKey(n int) string { return fmt.Sprintf("audience/%02x.json", n) }

// VersionError says that an object was written by a newer program.
type VersionError struct {
	Key     string
	Version int
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("%s has format version %d, which is newer than this program understands: update pennypost", e.Key, e.Version)
}

// shard is one object of the audience.
type shard struct {
	Version     int          `json:"version"`
	Generation  int64        `json:"generation"`
	Nonce       string       `json:"nonce"`
	Subscribers []Subscriber `json:"subscribers"`
	// Marks are what must be remembered of addresses without a record, by
	// fingerprint: whom we erased, who changed to another address, and who bounced or
	// complained at a mere confirmation mail.
	Marks map[string]mark `json:"marks,omitempty"`
}

// mark is what is known of an address that has no record.
type mark struct {
	Erased     time.Time `json:"erased,omitzero"`
	Moved      time.Time `json:"moved,omitzero"` // what was asked for until then went along
	Left       time.Time `json:"left,omitzero"`
	Bounced    time.Time `json:"bounced,omitzero"`
	Complained time.Time `json:"complained,omitzero"`
}

// damagedError is reported for an object that was read and is nonsense, in words without
// addresses. A request that failed is none: it may succeed the next time.
type damagedError struct{ key, what string }

func (e *damagedError) Error() string { return e.key + " is damaged: " + e.what }

func damaged(key, format string, a ...any) error {
	return &damagedError{key, fmt.Sprintf(format, a...)}
}

// decodeShard reads shard n. No body is an empty shard; a body that is not whole
// is an error, never an empty shard, because what is read is written back.
func decodeShard(n int, body []byte) (*shard, error) {
	if body == nil {
		return &shard{Version: shardVersion}, nil
	}
	key := ShardKey(n)
	s, ok := scanShard(body)
	if !ok {
		s = &shard{}
		if err := json.Unmarshal(body, s); err != nil {
			return nil, damaged(key, "%s", jsonTrouble(err))
		}
	}
	if s.Version > shardVersion {
		return nil, &VersionError{Key: key, Version: s.Version}
	}
	if s.Version < 1 {
		return nil, damaged(key, "it has no version")
	}
	for i := range s.Subscribers {
		r := &s.Subscribers[i]
		if at, err := ShardOf(r.UID); err != nil || at != n {
			return nil, damaged(key, "record %d has a uid that does not belong there", i+1)
		}
		if i > 0 && r.UID <= s.Subscribers[i-1].UID {
			return nil, damaged(key, "record %d is out of order or there twice", i+1)
		}
		if r.MovedTo != "" {
			if _, err := ShardOf(r.MovedTo); err != nil {
				return nil, damaged(key, "record %d moved nowhere", i+1)
			}
		} else if strings.Count(r.Email, "@") == 0 || strings.ContainsAny(r.Email, "\r\n") {
			return nil, damaged(key, "record %d has no address", i+1)
		}
		if !r.Cadence.Valid() {
			return nil, damaged(key, "record %d has no cadence", i+1)
		}
		r.settle()
	}
	for hash := range s.Marks {
		if f, err := parseFingerprint(hash); err != nil || f.shard() != n {
			return nil, damaged(key, "it holds a mark that does not belong there")
		}
	}
	return s, nil
}

// jsonTrouble describes an error without quoting what was read, which may be an address.
func jsonTrouble(err error) string {
	switch e := err.(type) {
	case *json.SyntaxError:
		return fmt.Sprintf("not JSON at byte %d", e.Offset)
	case *json.UnmarshalTypeError:
		return fmt.Sprintf("unexpected value at byte %d", e.Offset)
	}
	return "not the JSON that was expected"
}

// encode writes the shard as its next generation with a fresh nonce. One record
// per line, so that standard tools can show and compare it.
func (s *shard) encode(random io.Reader) ([]byte, error) {
	nonce := make([]byte, 12)
	if _, err := io.ReadFull(random, nonce); err != nil {
		return nil, fmt.Errorf("draw a nonce: %w", err)
	}
	s.Version = shardVersion
	s.Generation++
	s.Nonce = hex.EncodeToString(nonce)

	var b bytes.Buffer
	b.Grow(400*len(s.Subscribers) + 256)
	fmt.Fprintf(&b, "{\"version\":%d,\"generation\":%d,\"nonce\":%q,\n\"subscribers\":[", s.Version, s.Generation, s.Nonce)
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for i := range s.Subscribers {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		if err := enc.Encode(&s.Subscribers[i]); err != nil {
			return nil, err
		}
		b.Truncate(b.Len() - 1) // the encoder's line break
	}
	b.WriteString("]")
	if len(s.Marks) > 0 {
		b.WriteString(",\n\"marks\":")
		if err := enc.Encode(s.Marks); err != nil {
			return nil, err
		}
	}
	b.WriteString("}\n")
	return b.Bytes(), nil
}

// byUID finds a record; nil if there is none.
func (s *shard) byUID(uid string) *Subscriber {
	i, ok := slices.BinarySearchFunc(s.Subscribers, uid, func(r Subscriber, uid string) int {
		return strings.Compare(r.UID, uid)
	})
	if !ok {
		return nil
	}
	return &s.Subscribers[i]
}

// byAddress finds the record of an address in any spelling; nil if there is none.
func (s *shard) byAddress(address string) *Subscriber {
	want := fold(address)
	for i := range s.Subscribers {
		r := &s.Subscribers[i]
		if r.Email != "" && (r.Email == address || fold(r.Email) == want) {
			return r
		}
	}
	return nil
}

// byFingerprint finds the record of an address of which only the hash is known; nil if
// there is none.
func (s *shard) byFingerprint(ring *keyring, f Fingerprint) *Subscriber {
	for i := range s.Subscribers {
		if r := &s.Subscribers[i]; r.Email != "" && ring.fingerprint(r.Email) == f {
			return r
		}
	}
	return nil
}

// insert adds a record in its place.
func (s *shard) insert(r Subscriber) *Subscriber {
	i, _ := slices.BinarySearchFunc(s.Subscribers, r.UID, func(x Subscriber, uid string) int {
		return strings.Compare(x.UID, uid)
	})
	s.Subscribers = slices.Insert(s.Subscribers, i, r)
	return &s.Subscribers[i]
}

// remove takes a record out.
func (s *shard) remove(uid string) {
	s.Subscribers = slices.DeleteFunc(s.Subscribers, func(r Subscriber) bool { return r.UID == uid })
}

// mark changes what is remembered of an address without a record; an empty mark goes away.
func (s *shard) mark(f Fingerprint, change func(*mark)) {
	m := s.Marks[f.String()]
	change(&m)
	if m == (mark{}) {
		delete(s.Marks, f.String())
		return
	}
	if s.Marks == nil {
		s.Marks = map[string]mark{}
	}
	s.Marks[f.String()] = m
}
