package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"
)

// conflicts is how often a write is tried while S3 answers 409: other conditional
// writes to that key are under way, and the SDK does not repeat those by itself.
const conflicts = 8

// Create stores an object under a key that is free; ErrExists if it is not. Two
// callers never both succeed, with one exception that needs equal bodies: where the
// SDK had to repeat the request, finding the very same bytes stored counts as
// success, because the first try may have landed. A body that must have one writer
// carries something random.
func (b *Bucket) Create(ctx context.Context, key string, body []byte, h Header) (etag string, err error) {
	etag, err = b.put(ctx, key, body, h, "")
	if errors.Is(err, ErrChanged) {
		err = fmt.Errorf("creating %s/%s: %w", b.name, key, ErrExists)
	}
	return etag, err
}

// Replace stores an object in the place of the one with the ETag ifMatch:
// ErrChanged if another is there, ErrNotFound if none is. What Create says about
// repeated requests holds here too.
func (b *Bucket) Replace(ctx context.Context, key string, body []byte, h Header, ifMatch string) (etag string, err error) {
	if ifMatch == "" {
		return "", fmt.Errorf("replacing %s/%s: no ETag given", b.name, key)
	}
	return b.put(ctx, key, body, h, ifMatch)
}

// Swap stores an object in the place of the one with the ETag was, as Replace does, or as
// Create does if was is empty: then none is known to be there.
func (b *Bucket) Swap(ctx context.Context, key string, body []byte, h Header, was string) (etag string, err error) {
	if was == "" {
		return b.Create(ctx, key, body, h)
	}
	return b.Replace(ctx, key, body, h, was)
}

// put stores an object if the one with the ETag ifMatch is there, or if none is
// there when ifMatch is empty; else ErrChanged.
func (b *Bucket) put(ctx context.Context, key string, body []byte, h Header, ifMatch string) (string, error) {
	in := &s3.PutObjectInput{Bucket: &b.name, Key: &key, Metadata: coded(h.Metadata)}
	if h.ContentType != "" {
		in.ContentType = &h.ContentType
	}
	if h.CacheControl != "" {
		in.CacheControl = &h.CacheControl
	}
	if ifMatch == "" {
		in.IfNoneMatch = aws.String("*")
	} else {
		in.IfMatch = &ifMatch
	}
	sent := 0
	for try := 0; ; try++ {
		in.Body = bytes.NewReader(body)
		out, err := b.client.PutObject(ctx, in, counting(&sent))
		if err == nil {
			return aws.ToString(out.ETag), nil
		}
		code, _ := status(err)
		if code == http.StatusConflict {
			if try+1 == conflicts {
				return "", fmt.Errorf("writing %s/%s: %w", b.name, key, ErrConflict)
			}
			if err := b.pause(ctx, try); err != nil {
				return "", err
			}
			continue
		}
		err = b.failed("writing", key, err)
		if sent > 1 && (errors.Is(err, ErrChanged) || errors.Is(err, ErrNotFound)) {
			if etag, ours := b.landed(ctx, key, body); ours {
				return etag, nil
			}
		}
		return "", err
	}
}

// landed tells whether the stored object is the one we sent before.
func (b *Bucket) landed(ctx context.Context, key string, body []byte) (etag string, ours bool) {
	o, stored, err := b.Get(ctx, key, Cond{Limit: int64(len(body)) + 1})
	return o.ETag, err == nil && bytes.Equal(stored, body)
}

// Delete deletes the object with the ETag ifMatch; ErrChanged if another is there.
// That none is there is success.
func (b *Bucket) Delete(ctx context.Context, key, ifMatch string) error {
	if ifMatch == "" {
		return fmt.Errorf("deleting %s/%s: no ETag given", b.name, key)
	}
	for try := 0; ; try++ {
		_, err := b.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.name, Key: &key, IfMatch: &ifMatch})
		if err == nil {
			return nil
		}
		if code, _ := status(err); code == http.StatusConflict {
			if try+1 == conflicts {
				return fmt.Errorf("deleting %s/%s: %w", b.name, key, ErrConflict)
			}
			if err := b.pause(ctx, try); err != nil {
				return err
			}
			continue
		}
		err = b.failed("deleting", key, err)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if errors.Is(err, ErrChanged) { // some servers say so of a missing object too
			if _, missing := b.Head(ctx, key); errors.Is(missing, ErrNotFound) {
				return nil
			}
		}
		return err
	}
}

// counting counts how often the SDK sends a request: a refusal of the first means
// what it says; a refusal of a repeated one may be due to the first.
func counting(sent *int) func(*s3.Options) {
	count := middleware.FinalizeMiddlewareFunc("CountAttempts", func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
		*sent++
		return next.HandleFinalize(ctx, in)
	})
	return func(o *s3.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Finalize.Insert(count, "Retry", middleware.After)
		})
	}
}
