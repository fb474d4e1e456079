package store

import (
	"context"
	"fmt"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// page is the most keys S3 lists in one answer.
const page = 1000

// List names up to limit objects (0: 1,000) whose key begins with prefix and comes
// after the key `after`, in the order of their keys' bytes. Of each it gives Key,
// ETag, Size and Modified. more says that there are others; go on after the last.
func (b *Bucket) List(ctx context.Context, prefix, after string, limit int) (objects []Object, more bool, err error) {
	if limit <= 0 {
		limit = page
	}
	for {
		in := &s3.ListObjectsV2Input{
			Bucket:       &b.name,
			MaxKeys:      aws.Int32(int32(min(limit-len(objects), page))),
			EncodingType: types.EncodingTypeUrl, // XML cannot hold every character a key can
		}
		if prefix != "" {
			in.Prefix = &prefix
		}
		if after != "" {
			in.StartAfter = &after
		}
		out, err := b.client.ListObjectsV2(ctx, in)
		if err != nil {
			return nil, false, fmt.Errorf("listing %s/%s: %w", b.name, prefix, err)
		}
		for _, c := range out.Contents {
			key := aws.ToString(c.Key)
			if out.EncodingType == types.EncodingTypeUrl {
				if key, err = url.QueryUnescape(key); err != nil {
					return nil, false, fmt.Errorf("listing %s/%s: the server encodes a key wrongly: %w", b.name, prefix, err)
				}
			}
			objects = append(objects, Object{
				Key:      key,
				ETag:     aws.ToString(c.ETag),
				Size:     aws.ToInt64(c.Size),
				Modified: aws.ToTime(c.LastModified),
			})
		}
		if !aws.ToBool(out.IsTruncated) || len(out.Contents) == 0 {
			return objects, false, nil
		}
		if len(objects) >= limit {
			return objects, true, nil
		}
		after = objects[len(objects)-1].Key
	}
}
