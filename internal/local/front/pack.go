package front

import (
	"bytes"
	"compress/gzip"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// packed returns the body gzipped if it is text worth it and the reader takes that,
// and says so in the header. As at CloudFront, what is packed has a weak ETag, which
// still matches the strong one in If-None-Match.
func packed(h http.Header, r *http.Request, body []byte) []byte {
	if !text(h.Get("Content-Type")) || len(body) < 1000 {
		return body
	}
	h.Add("Vary", "Accept-Encoding")
	if !takesGzip(r.Header.Get("Accept-Encoding")) || r.Header.Get("Range") != "" {
		return body
	}
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(body) // a buffer takes everything
	_ = z.Close()
	h.Set("Content-Encoding", "gzip")
	if etag := h.Get("ETag"); strings.HasPrefix(etag, `"`) {
		h.Set("ETag", "W/"+etag)
	}
	return out.Bytes()
}

func text(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	if strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "+xml") || strings.HasSuffix(kind, "+json") {
		return true
	}
	switch kind {
	case "application/json", "application/xml", "application/javascript":
		return true
	}
	return false
}

// takesGzip reads an Accept-Encoding header: gzip or * named, and not with weight 0.
func takesGzip(accept string) bool {
	star := false
	for part := range strings.SplitSeq(accept, ",") {
		name, rest, _ := strings.Cut(strings.TrimSpace(part), ";")
		weight := 1.0
		if value, ok := strings.CutPrefix(strings.TrimSpace(rest), "q="); ok {
			if q, err := strconv.ParseFloat(value, 64); err == nil {
				weight = q
			}
		}
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "gzip":
			return weight > 0
		case "*":
			star = weight > 0
		}
	}
	return star
}
