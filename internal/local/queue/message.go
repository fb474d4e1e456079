package queue

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// message is one file of the queue's folder, <id>.<deliveries>: its name is changed
// before each delivery, so that also a process that dies of it is counted.
type message struct {
	id         string
	deliveries int // also those that ended with the process
	body       string
	sent       time.Time
	due        time.Time // when it may be delivered again; of the machine's clock
}

type stored struct {
	Sent time.Time `json:"sent"`
	Body string    `json:"body"`
}

func (m *message) file() string { return m.id + "." + strconv.Itoa(m.deliveries) }

// write makes the message's file, whole or not at all.
func (m *message) write(dir string) error {
	text, err := json.Marshal(stored{m.sent, m.body})
	if err != nil {
		return err
	}
	path := filepath.Join(dir, m.file())
	if err := os.WriteFile(path+partial, text, 0o600); err != nil {
		return err
	}
	return os.Rename(path+partial, path)
}

const partial = ".part"

// read finds the messages a folder holds, oldest first, and removes what was being
// written when the last process ended.
func read(dir string) ([]*message, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var all []*message
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if strings.HasSuffix(e.Name(), partial) {
			if err := os.Remove(path); err != nil {
				return nil, err
			}
			continue
		}
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		m, err := readMessage(path)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b *message) int { return strings.Compare(a.id, b.id) })
	return all, nil
}

func readMessage(path string) (*message, error) {
	id, count, ok := strings.Cut(filepath.Base(path), ".")
	n, err := strconv.Atoi(count)
	if !ok || err != nil || n < 0 {
		return nil, fmt.Errorf("%s is not a message of the queue", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var s stored
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("%s is not a message of the queue: %w", path, err)
	}
	return &message{id: id, deliveries: n, body: s.Body, sent: s.Sent}, nil
}

// begin counts a delivery before it happens.
func (m *message) begin(dir string) error {
	from := m.file()
	m.deliveries++
	return os.Rename(filepath.Join(dir, from), filepath.Join(dir, m.file()))
}

// done removes a message that was handled.
func (m *message) done(dir string) error {
	err := os.Remove(filepath.Join(dir, m.file()))
	if os.IsNotExist(err) {
		return nil
	}
	return err
}

// bury moves a message into the dead-letter folder, where people can read it.
func (m *message) bury(dir, dead string) error {
	if err := os.MkdirAll(dead, 0o700); err != nil {
		return err
	}
	err := os.Rename(filepath.Join(dir, m.file()), filepath.Join(dead, m.id+".json"))
	if os.IsNotExist(err) {
		return nil
	}
	return err
}

// record is the message as Lambda is given it.
// See https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
func (m *message) record(first time.Time) events.SQSMessage {
	sum := md5.Sum([]byte(m.body))
	return events.SQSMessage{
		MessageId:     m.id,
		ReceiptHandle: m.file(),
		Body:          m.body,
		Md5OfBody:     hex.EncodeToString(sum[:]),
		Attributes: map[string]string{
			"ApproximateReceiveCount":          strconv.Itoa(m.deliveries),
			"ApproximateFirstReceiveTimestamp": strconv.FormatInt(first.UnixMilli(), 10),
			"SentTimestamp":                    strconv.FormatInt(m.sent.UnixMilli(), 10),
			"SenderId":                         "local",
		},
		EventSourceARN: "arn:aws:sqs:local:000000000000:pennypost",
		EventSource:    "aws:sqs",
		AWSRegion:      "local",
	}
}

func folder(dir string) error {
	err := os.MkdirAll(dir, 0o700)
	if err != nil {
		return fmt.Errorf("making the queue's folder: %w", err)
	}
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		err = &fs.PathError{Op: "open", Path: dir, Err: fs.ErrInvalid}
	}
	return err
}
