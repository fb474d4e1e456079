package inbox

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// disk keeps requests, one small file each, and bodies, one file for each
// different text. Only an index of a few hundred bytes a request is in memory.
type disk struct {
	dir string

	mu     sync.Mutex
	next   int64
	index  []entry            // by seq
	byID   map[string][]int64 // seqs by message id, oldest first
	bodies map[string]bool
	events map[int64][]happened // what the buttons did, by seq
}

// entry is what the lists need of a request.
type entry struct {
	seq       int64
	messageID string
	domain    string
	subject   string
	from      string
	received  time.Time
	n         int
	to        string // all addresses, lower case, each followed by a line break
}

// happened is an event that came of a button.
type happened struct {
	Seq  int64     `json:"seq"`
	N    int       `json:"n"` // which recipient
	Kind string    `json:"kind"`
	At   time.Time `json:"at"`
}

func openDisk(dir string) (*disk, error) {
	d := &disk{dir: dir, next: 1, byID: map[string][]int64{}, bodies: map[string]bool{}, events: map[int64][]happened{}}
	for _, sub := range []string{"requests", "bodies"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return nil, err
		}
	}
	files, err := os.ReadDir(filepath.Join(dir, "requests"))
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		seq, err := strconv.ParseInt(strings.TrimSuffix(f.Name(), ".json"), 10, 64)
		if err != nil { // a write that was cut off, or a stranger's file
			continue
		}
		q, err := d.read(seq)
		if err != nil {
			return nil, fmt.Errorf("inbox: %s: %w", f.Name(), err)
		}
		d.add(q)
	}
	slices.SortFunc(d.index, func(a, b entry) int { return int(a.seq - b.seq) })
	return d, d.readEvents()
}

// add puts a request into the index. The caller holds the lock or is alone.
func (d *disk) add(q *request) {
	var to strings.Builder
	for _, r := range q.To {
		to.WriteString(strings.ToLower(r.Address) + "\n")
	}
	e := entry{
		seq: q.Seq, messageID: q.MessageID, domain: q.Domain, subject: q.Subject, from: q.From,
		received: q.Received, n: len(q.To), to: to.String(),
	}
	// Two calls may be stored in another order than they were numbered.
	at := len(d.index)
	for at > 0 && d.index[at-1].seq > e.seq {
		at--
	}
	d.index = slices.Insert(d.index, at, e)
	d.byID[q.MessageID] = append(d.byID[q.MessageID], q.Seq)
	slices.Sort(d.byID[q.MessageID])
	d.next = max(d.next, q.Seq+1)
}

// store numbers a request and returns when all of it is on the disk.
func (d *disk) store(q *request) error {
	var err error
	if q.TextHash, err = d.body(q.text); err != nil {
		return err
	}
	if q.HTMLHash, err = d.body(q.html); err != nil {
		return err
	}
	d.mu.Lock()
	q.Seq = d.next
	d.next++
	d.mu.Unlock()
	text, err := json.Marshal(q)
	if err != nil {
		return err
	}
	if err := write(d.requestFile(q.Seq), text); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.add(q)
	return nil
}

// body stores a text once and returns its name.
func (d *disk) body(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	sum := sha256.Sum256([]byte(text))
	name := hex.EncodeToString(sum[:])
	d.mu.Lock()
	known := d.bodies[name]
	d.mu.Unlock()
	if known {
		return name, nil
	}
	if err := write(filepath.Join(d.dir, "bodies", name), []byte(text)); err != nil {
		return "", err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.bodies[name] = true
	return name, nil
}

func (d *disk) requestFile(seq int64) string {
	return filepath.Join(d.dir, "requests", fmt.Sprintf("%09d.json", seq))
}

// read loads a request without its bodies.
func (d *disk) read(seq int64) (*request, error) {
	text, err := os.ReadFile(d.requestFile(seq))
	if err != nil {
		return nil, err
	}
	q := &request{}
	return q, json.Unmarshal(text, q)
}

// whole loads a request with its bodies; both nil if there is none.
func (d *disk) whole(seq int64) (*request, error) {
	q, err := d.read(seq)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for hash, text := range map[string]*string{q.TextHash: &q.text, q.HTMLHash: &q.html} {
		if hash == "" {
			continue
		}
		body, err := os.ReadFile(filepath.Join(d.dir, "bodies", hash))
		if err != nil {
			return nil, err
		}
		*text = string(body)
	}
	return q, nil
}

// newest returns the index, newest first, as it is now.
func (d *disk) newest() []entry {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := slices.Clone(d.index)
	slices.Reverse(all)
	return all
}

// about returns what the log is asked about, newest first: the requests with one
// message id, or with none given all.
func (d *disk) about(messageID string) []entry {
	if messageID == "" {
		return d.newest()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	var found []entry
	for _, seq := range slices.Backward(d.byID[messageID]) {
		if at, ok := slices.BinarySearchFunc(d.index, seq, func(e entry, seq int64) int { return int(e.seq - seq) }); ok {
			found = append(found, d.index[at])
		}
	}
	return found
}

// write puts a file in place so that it is there whole or not at all, even if
// the machine stops.
func write(name string, body []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // in vain once it is renamed
	if _, err = f.Write(body); err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
