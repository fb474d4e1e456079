package storetest

import (
	"bytes"
	"context"
	"crypto/md5"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/pennypost/pennypost/internal/store"
)

// Difference names something in which a server is known to be unlike S3. Whatever a
// server is not excused from is held against it, and an excuse that it no longer
// needs fails the test too, so that the table in README.md stays true.
type Difference string

const (
	// WriteRaces: two conditional writes of one key at the same moment may both succeed.
	// DeleteRaces: a conditional write and a conditional delete may. Both show by chance
	// only: those races are left out, and the excuse is not asked for back.
	WriteRaces  Difference = "one of several conditional writes wins"
	DeleteRaces Difference = "a conditional write or a conditional delete wins"
	// PrefixKeys: "a" and "a/b" cannot both be there.
	PrefixKeys Difference = "a key that is a folder of another"
	// DoubleSlash: "a//b" is taken for "a/b", or refused.
	DoubleSlash Difference = "an empty folder name in a key"
	// LongNames: no part of a key between slashes may be longer than 255 bytes.
	LongNames Difference = "a part of a key above 255 bytes"
	// LongKeys: keys above S3's 1,024 bytes are taken.
	LongKeys Difference = "keys above 1,024 bytes refused"
	// CopyConditions: a copy with If-None-Match goes over what is there.
	CopyConditions Difference = "a copy only where nothing is"
	// MuchMetadata: more than S3's 2 KB of metadata are taken.
	MuchMetadata Difference = "metadata above 2 KB refused"
	// HashETags: an ETag is not the MD5 of what was uploaded. S3's is not either with
	// SSE-KMS, so nothing here relies on it.
	HashETags Difference = "an ETag that is the MD5"
	// MissingDelete: deleting with If-Match what is not there is an error.
	MissingDelete Difference = "a conditional delete of nothing"
)

// behaves tells for each difference whether a server does as S3 does. b is a bucket
// and p a folder in it that is new.
var behaves = map[Difference]func(ctx context.Context, c *s3.Client, p string) bool{
	PrefixKeys: func(ctx context.Context, c *s3.Client, p string) bool {
		return put(ctx, c, p+"a", "1") == nil && put(ctx, c, p+"a/b", "2") == nil &&
			slices.Equal(keysBelow(ctx, c, p), []string{p + "a", p + "a/b"})
	},
	DoubleSlash: func(ctx context.Context, c *s3.Client, p string) bool {
		return put(ctx, c, p+"a//b", "1") == nil && slices.Equal(keysBelow(ctx, c, p), []string{p + "a//b"})
	},
	LongNames: func(ctx context.Context, c *s3.Client, p string) bool {
		return put(ctx, c, p+strings.Repeat("n", 300), "1") == nil
	},
	LongKeys: func(ctx context.Context, c *s3.Client, p string) bool {
		return put(ctx, c, p+strings.Repeat("n/", 510), "1") != nil
	},
	CopyConditions: func(ctx context.Context, c *s3.Client, p string) bool {
		if put(ctx, c, p+"a", "1") != nil || put(ctx, c, p+"b", "2") != nil {
			return false
		}
		_, err := c.CopyObject(ctx, &s3.CopyObjectInput{Bucket: aws.String("state"), Key: aws.String(p + "b"), CopySource: aws.String("state/" + p + "a"), IfNoneMatch: aws.String("*")})
		_, body, _ := store.New(c, "state").Get(ctx, p+"b", store.Cond{})
		return err != nil && string(body) == "2"
	},
	MuchMetadata: func(ctx context.Context, c *s3.Client, p string) bool {
		_, err := c.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String("state"), Key: aws.String(p + "a"), Body: strings.NewReader("1"),
			Metadata: map[string]string{"a": strings.Repeat("m", 1500), "b": strings.Repeat("m", 1500)}})
		return err != nil
	},
	HashETags: func(ctx context.Context, c *s3.Client, p string) bool {
		etag, err := store.New(c, "state").Create(ctx, p+"a", []byte("text"), store.Header{})
		return err == nil && etag == fmt.Sprintf(`"%x"`, md5.Sum([]byte("text")))
	},
	MissingDelete: func(ctx context.Context, c *s3.Client, p string) bool {
		_, err := c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String("state"), Key: aws.String(p + "a"), IfMatch: aws.String(`"00000000000000000000000000000000"`)})
		return err == nil
	},
}

// differences holds a server to exactly the differences it is excused from.
func differences(t *testing.T, c *s3.Client, excused []Difference) {
	for d, asS3 := range behaves {
		t.Run(string(d), func(t *testing.T) {
			switch as, excuse := asS3(t.Context(), c, prefix()), slices.Contains(excused, d); {
			case !as && !excuse:
				t.Error("the server does not do as S3 does: if that is its way, excuse it in the table")
			case as && excuse:
				t.Error("the server does as S3 does by now: take it out of the table")
			}
		})
	}
}

func put(ctx context.Context, c *s3.Client, key, body string) error {
	_, err := c.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String("state"), Key: &key, Body: bytes.NewReader([]byte(body))})
	return err
}

func keysBelow(ctx context.Context, c *s3.Client, p string) []string {
	objects, _, err := store.New(c, "state").List(ctx, p, "", 0)
	if err != nil {
		return nil
	}
	return listed(objects)
}
