package memory

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// most is how many keys S3 lists in one answer.
const most = 1000

// list answers ListObjectsV2: prefix, start-after, max-keys and encoding-type.
//
// See https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
func list(r *http.Request, b *bucket) *http.Response {
	q := r.URL.Query()
	limit := most
	if n, err := strconv.Atoi(q.Get("max-keys")); err == nil {
		limit = min(n, most)
	}
	var found []string
	more := false
	for _, key := range b.keys(q.Get("prefix")) {
		if key <= q.Get("start-after") {
			continue
		}
		if more = len(found) == limit; more {
			break
		}
		found = append(found, key)
	}
	var x strings.Builder
	x.WriteString(`<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`)
	x.WriteString("<KeyCount>" + strconv.Itoa(len(found)) + "</KeyCount><IsTruncated>" + strconv.FormatBool(more) + "</IsTruncated>")
	if q.Get("encoding-type") == "url" {
		x.WriteString("<EncodingType>url</EncodingType>")
	}
	for _, key := range found {
		o := b.objects[key]
		x.WriteString("<Contents><Key>" + url.QueryEscape(key) + "</Key><ETag>" + strings.ReplaceAll(o.ETag, `"`, "&quot;") + "</ETag>")
		x.WriteString("<Size>" + strconv.Itoa(len(o.Body)) + "</Size><LastModified>" + o.Modified.Format(time.RFC3339) + "</LastModified></Contents>")
	}
	x.WriteString("</ListBucketResult>")
	return answer(r, http.StatusOK, http.Header{"Content-Type": {"application/xml"}}, []byte(x.String()))
}
