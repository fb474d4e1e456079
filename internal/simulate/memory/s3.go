// Package memory is an S3 in memory: three buckets that answer HTTP requests of the
// AWS SDK without a network, a clock of their own or any chance, so that a history
// played on them twice goes the same way twice. It keeps every version, and is held
// to the contract of package storetest like every other server.
package memory

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// S3 is a set of buckets. It is safe for concurrent use; a request takes effect at
// one instant.
type S3 struct {
	now func() time.Time

	mu      sync.Mutex
	buckets map[string]*bucket
	watch   func(Change)
}

type bucket struct {
	objects map[string]*Object
	past    map[string][]version
}

// Object is one version of an object. It is never changed.
type Object struct {
	Body     []byte
	ETag     string // with quotes; the MD5 of the body, as in S3
	Modified time.Time
	Header   http.Header // Content-Type, Cache-Control, X-Amz-Meta-…
	Version  int         // counts the writes to the key, from 1
}

type version struct {
	at time.Time
	o  *Object // nil: deleted
}

// Change is one write or deletion that took effect.
type Change struct {
	Bucket, Key string
	Old, New    *Object // nil: was or is not there
}

// New makes empty buckets. The clock gives objects their times.
func New(now func() time.Time, names ...string) *S3 {
	s := &S3{now: now, buckets: map[string]*bucket{}}
	for _, name := range names {
		s.buckets[name] = &bucket{objects: map[string]*Object{}, past: map[string][]version{}}
	}
	return s
}

// Clone returns buckets of the same content, with another clock.
func (s *S3) Clone(now func() time.Time) *S3 {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := New(now)
	for name, b := range s.buckets {
		own := &bucket{objects: maps.Clone(b.objects), past: make(map[string][]version, len(b.past))}
		for key, versions := range b.past {
			own.past[key] = slices.Clip(versions)
		}
		c.buckets[name] = own
	}
	return c
}

// Watch sets who is told of each change, before the answer is given.
func (s *S3) Watch(f func(Change)) { s.watch = f }

// Get is the object at a key, or nil.
func (s *S3) Get(name, key string) *Object {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buckets[name].objects[key]
}

// Put stores an object over whatever is there, as an author's upload does.
func (s *S3) Put(name, key string, body []byte, h http.Header) *Object {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.put(name, s.buckets[name], key, body, h)
}

// Delete removes what is at a key, as an author does.
func (s *S3) Delete(name, key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remove(name, s.buckets[name], key)
}

// Keys lists a bucket's keys in the order of their bytes.
func (s *S3) Keys(name, prefix string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buckets[name].keys(prefix)
}

func (b *bucket) keys(prefix string) []string {
	var keys []string
	for key := range b.objects {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// Restore puts each object of a bucket back to what it was at a time, but for the keys
// that keep says stay as they are.
func (s *S3) Restore(name string, to time.Time, keep func(key string) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.buckets[name]
	for _, key := range slices.Sorted(maps.Keys(b.past)) {
		if keep(key) {
			continue
		}
		var was *Object
		for _, v := range b.past[key] {
			if v.at.After(to) {
				break
			}
			was = v.o
		}
		switch {
		case was == nil:
			s.remove(name, b, key)
		case b.objects[key] != was:
			s.put(name, b, key, was.Body, was.Header)
		}
	}
}

func (s *S3) put(name string, b *bucket, key string, body []byte, h http.Header) *Object {
	sum := md5.Sum(body)
	old := b.objects[key]
	o := &Object{
		Body: body, ETag: `"` + hex.EncodeToString(sum[:]) + `"`, Header: h,
		Modified: s.now().UTC().Truncate(time.Second), Version: len(b.past[key]) + 1,
	}
	b.objects[key] = o
	s.changed(b, Change{name, key, old, o})
	return o
}

func (s *S3) remove(name string, b *bucket, key string) {
	old := b.objects[key]
	if old == nil {
		return
	}
	delete(b.objects, key)
	s.changed(b, Change{name, key, old, nil})
}

func (s *S3) changed(b *bucket, c Change) {
	b.past[c.Key] = append(b.past[c.Key], version{s.now(), c.New})
	if s.watch != nil {
		s.watch(c)
	}
}

// Serve answers one request whose body was read already.
func (s *S3) Serve(r *http.Request, body []byte) *http.Response {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	b := s.buckets[name]
	switch {
	case b == nil:
		return Refuse(r, http.StatusNotFound, "NoSuchBucket")
	case key == "" && r.Method == http.MethodGet:
		return list(r, b)
	case key == "":
		return Refuse(r, http.StatusNotImplemented, "NotImplemented")
	case len(key) > longestKey:
		return Refuse(r, http.StatusBadRequest, "KeyTooLongError")
	case metadata(r.Header) > mostMetadata:
		return Refuse(r, http.StatusBadRequest, "MetadataTooLarge")
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		return read(r, b.objects[key])
	case http.MethodPut:
		if no := barred(r, b.objects[key]); no != nil {
			return no
		}
		if from := r.Header.Get("X-Amz-Copy-Source"); from != "" {
			return s.copied(r, name, key, from)
		}
		o := s.put(name, b, key, body, kept(r.Header))
		return answer(r, http.StatusOK, http.Header{"Etag": {o.ETag}}, nil)
	case http.MethodDelete:
		if no := barred(r, b.objects[key]); no != nil && b.objects[key] != nil {
			return no // what is not there can be deleted on any condition
		}
		s.remove(name, b, key)
		return answer(r, http.StatusNoContent, http.Header{}, nil)
	}
	return Refuse(r, http.StatusNotImplemented, "NotImplemented")
}

// S3's bounds, in bytes.
const (
	longestKey   = 1024
	mostMetadata = 2 << 10
)

// metadata is how many bytes of it a request brings.
func metadata(h http.Header) (bytes int) {
	for name, values := range h {
		if rest, found := strings.CutPrefix(name, "X-Amz-Meta-"); found {
			bytes += len(rest) + len(strings.Join(values, ""))
		}
	}
	return bytes
}

// copied answers CopyObject.
func (s *S3) copied(r *http.Request, name, key, from string) *http.Response {
	path, err := url.PathUnescape(strings.TrimPrefix(from, "/"))
	bucketName, fromKey, _ := strings.Cut(path, "/")
	b := s.buckets[bucketName]
	if err != nil || b == nil || b.objects[fromKey] == nil {
		return Refuse(r, http.StatusNotFound, "NoSuchKey")
	}
	source := b.objects[fromKey]
	o := s.put(name, s.buckets[name], key, source.Body, source.Header)
	return answer(r, http.StatusOK, http.Header{"Content-Type": {"application/xml"}},
		[]byte("<CopyObjectResult><ETag>"+strings.ReplaceAll(o.ETag, `"`, "&quot;")+"</ETag></CopyObjectResult>"))
}

// barred holds a write against its conditions.
//
// See https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
func barred(r *http.Request, there *Object) *http.Response {
	match, none := r.Header.Get("If-Match"), r.Header.Get("If-None-Match")
	switch {
	case match != "" && there == nil:
		return Refuse(r, http.StatusNotFound, "NoSuchKey")
	case match != "" && there.ETag != match, none == "*" && there != nil:
		return Refuse(r, http.StatusPreconditionFailed, "PreconditionFailed")
	}
	return nil
}

func read(r *http.Request, o *Object) *http.Response {
	if o == nil {
		return Refuse(r, http.StatusNotFound, "NoSuchKey")
	}
	if match := r.Header.Get("If-Match"); match != "" && match != o.ETag {
		return Refuse(r, http.StatusPreconditionFailed, "PreconditionFailed")
	}
	h := o.Header.Clone()
	if h == nil {
		h = http.Header{}
	}
	h.Set("ETag", o.ETag)
	h.Set("Last-Modified", o.Modified.Format(http.TimeFormat))
	if r.Header.Get("If-None-Match") == o.ETag {
		return answer(r, http.StatusNotModified, h, nil)
	}
	return answer(r, http.StatusOK, h, o.Body)
}

// kept are the headers that stay with an object.
func kept(h http.Header) http.Header {
	out := http.Header{}
	for name, values := range h {
		if name == "Content-Type" || name == "Cache-Control" || strings.HasPrefix(name, "X-Amz-Meta-") {
			out[name] = values
		}
	}
	return out
}

// Refuse is S3's answer to a request that it does not follow.
func Refuse(r *http.Request, status int, code string) *http.Response {
	h := http.Header{"Content-Type": {"application/xml"}}
	return answer(r, status, h, []byte("<Error><Code>"+code+"</Code><Message>"+code+"</Message></Error>"))
}

func answer(r *http.Request, status int, h http.Header, body []byte) *http.Response {
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		if status >= http.StatusBadRequest {
			h.Del("Content-Length")
		}
		return &http.Response{
			Status: http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: h, Body: http.NoBody, ContentLength: int64(len(body)), Request: r,
		}
	}
	return &http.Response{
		Status: http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: r,
	}
}

// RoundTrip implements http.RoundTripper: every request is answered at once.
func (s *S3) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := Body(r)
	if err != nil {
		return nil, err
	}
	return s.Serve(r, body), nil
}

// Body reads a request's body, as a server does before it acts.
func Body(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	defer func() { _ = r.Body.Close() }()
	body := bytes.NewBuffer(make([]byte, 0, max(r.ContentLength, 0)+bytes.MinRead))
	_, err := body.ReadFrom(r.Body)
	return body.Bytes(), err
}
