package inbox

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
)

// The events of the buttons are lines of one file, oldest first.

func (d *disk) eventsFile() string { return filepath.Join(d.dir, "events.jsonl") }

func (d *disk) readEvents() error {
	f, err := os.Open(d.eventsFile())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var h happened
		if json.Unmarshal(lines.Bytes(), &h) == nil { // a line cut off by a crash is none
			d.events[h.Seq] = append(d.events[h.Seq], h)
		}
	}
	return lines.Err()
}

// record keeps an event.
func (d *disk) record(h happened) error {
	line, err := json.Marshal(h)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	f, err := os.OpenFile(d.eventsFile(), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Write(append(line, '\n')); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	d.events[h.Seq] = append(d.events[h.Seq], h)
	return nil
}

// happenedTo returns what the buttons did to a request, oldest first.
func (d *disk) happenedTo(seq int64) []happened {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]happened(nil), d.events[seq]...)
}
