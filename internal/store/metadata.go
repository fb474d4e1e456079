package store

import (
	"net/url"
	"strings"
)

// S3 takes metadata values as HTTP headers, in which only ASCII is safe: other text
// is percent-encoded on the way in and decoded on the way out.

const hexDigits = "0123456789ABCDEF"

// coded returns metadata as it is sent.
func coded(metadata map[string]string) map[string]string {
	out := make(map[string]string, len(metadata))
	for name, value := range metadata {
		var s strings.Builder
		for i := range len(value) {
			c := value[i]
			edge := i == 0 || i == len(value)-1
			if c <= ' ' && (c != ' ' || edge) || c >= 0x7f || c == '%' {
				s.WriteByte('%')
				s.WriteByte(hexDigits[c>>4])
				s.WriteByte(hexDigits[c&15])
				continue
			}
			s.WriteByte(c)
		}
		out[strings.ToLower(name)] = s.String()
	}
	return out
}

// plain returns metadata as it was meant. What somebody else stored without
// encoding is returned as it stands.
func plain(metadata map[string]string) map[string]string {
	out := make(map[string]string, len(metadata))
	for name, value := range metadata {
		if meant, err := url.PathUnescape(value); err == nil {
			value = meant
		}
		out[strings.ToLower(name)] = value
	}
	return out
}
