// Package store keeps objects in S3 buckets so that nothing is ever overwritten or
// deleted blind: an object is created only if it is not there, and replaced or
// deleted only if it is still the one that was seen.
package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Bucket is one S3 bucket. It is safe for concurrent use.
type Bucket struct {
	client *s3.Client
	name   string
	rand   io.Reader
}

// New returns the bucket of the given name. It must exist; nothing is asked yet.
func New(c *s3.Client, name string) *Bucket { return &Bucket{client: c, name: name, rand: rand.Reader} }

// WithRand returns the bucket with another source of chance, which says how long it
// waits after a lost race. It must be safe for concurrent use.
func (b *Bucket) WithRand(r io.Reader) *Bucket {
	with := *b
	with.rand = r
	return &with
}

// Name is the bucket's name.
func (b *Bucket) Name() string { return b.name }

// Object is what S3 tells of a stored object. ContentType, CacheControl and
// Metadata are empty in listings.
type Object struct {
	Key          string
	ETag         string // opaque, with its quotes, as S3 gave it
	Size         int64  // bytes
	Modified     time.Time
	ContentType  string
	CacheControl string
	Metadata     map[string]string // names in lower case; values may be any UTF-8 text
}

// Header is what is stored beside an object's body. Names in Metadata are lower
// case ASCII; values may be any UTF-8 text, at most some 2 KB in all.
type Header struct {
	ContentType  string
	CacheControl string
	Metadata     map[string]string
}

// Cond says under which conditions an object is wanted.
type Cond struct {
	IfMatch     string // only this ETag, else ErrChanged
	IfNoneMatch string // anything but this ETag, else ErrNotModified
	Limit       int64  // at most so many bytes, else ErrTooLarge; 0: no limit
}

// Head asks about an object without its body; ErrNotFound if there is none.
//
// A caller that may not list the bucket is answered 403 for a missing key by AWS.
// That is reported as the error it is, never as ErrNotFound: it may as well mean
// that the key is there and may not be read. Whoever relies on ErrNotFound needs
// s3:ListBucket (https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html).
func (b *Bucket) Head(ctx context.Context, key string) (Object, error) {
	out, err := b.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.name, Key: &key})
	if err != nil {
		return Object{}, b.failed("asking about", key, err)
	}
	return Object{
		Key:          key,
		ETag:         aws.ToString(out.ETag),
		Size:         aws.ToInt64(out.ContentLength),
		Modified:     aws.ToTime(out.LastModified),
		ContentType:  aws.ToString(out.ContentType),
		CacheControl: aws.ToString(out.CacheControl),
		Metadata:     plain(out.Metadata),
	}, nil
}

// Get reads an object: ErrNotFound, ErrChanged, ErrNotModified or ErrTooLarge as
// cond says. What Head says about missing permission holds here too.
func (b *Bucket) Get(ctx context.Context, key string, cond Cond) (Object, []byte, error) {
	in := &s3.GetObjectInput{Bucket: &b.name, Key: &key}
	if cond.IfMatch != "" {
		in.IfMatch = &cond.IfMatch
	}
	if cond.IfNoneMatch != "" {
		in.IfNoneMatch = &cond.IfNoneMatch
	}
	out, err := b.client.GetObject(ctx, in)
	if err != nil {
		return Object{}, nil, b.failed("reading", key, err)
	}
	defer func() { _ = out.Body.Close() }()
	o := Object{
		Key:          key,
		ETag:         aws.ToString(out.ETag),
		Size:         aws.ToInt64(out.ContentLength),
		Modified:     aws.ToTime(out.LastModified),
		ContentType:  aws.ToString(out.ContentType),
		CacheControl: aws.ToString(out.CacheControl),
		Metadata:     plain(out.Metadata),
	}
	if cond.Limit > 0 && o.Size > cond.Limit {
		return o, nil, fmt.Errorf("%s/%s has %d bytes: %w", b.name, key, o.Size, ErrTooLarge)
	}
	body := bytes.NewBuffer(make([]byte, 0, o.Size+bytes.MinRead))
	if _, err := io.Copy(body, out.Body); err != nil {
		return o, nil, fmt.Errorf("reading %s/%s: %w", b.name, key, err)
	}
	return o, body.Bytes(), nil
}
