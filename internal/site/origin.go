package site

import (
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
)

// Origin is what the object of a published post remembers of it as metadata, so
// that identities, first dates and what was announced survive a lost catalog.
type Origin struct {
	Post   string // its id
	Source string // its content key
	First  time.Time
	GoLive time.Time
	Seq    int64
	Late   bool
}

func originOf(e *catalog.Entry) Origin {
	return Origin{Post: e.ID, Source: e.Key, First: e.First, GoLive: e.GoLive, Seq: e.Seq, Late: e.Late}
}

// addTo writes the origin into metadata, which S3 wants in ASCII.
func (o Origin) addTo(meta map[string]string) {
	meta["post"] = o.Post
	meta["source"] = escapeKey(o.Source)
	meta["first"] = o.First.UTC().Format(time.RFC3339Nano)
	meta["go-live"] = o.GoLive.UTC().Format(time.RFC3339Nano)
	meta["seq"] = strconv.FormatInt(o.Seq, 10)
	if o.Late {
		meta["late"] = "true"
	}
}

// ReadOrigin reads the origin back from an object's metadata; false if the object
// is not of a post or page.
func ReadOrigin(meta map[string]string) (Origin, bool) {
	source, err := unescapeKey(meta["source"])
	first, err2 := time.Parse(time.RFC3339Nano, meta["first"])
	live, err3 := time.Parse(time.RFC3339Nano, meta["go-live"])
	seq, err4 := strconv.ParseInt(meta["seq"], 10, 64)
	if err != nil || err2 != nil || err3 != nil || err4 != nil || meta["post"] == "" || source == "" {
		return Origin{}, false
	}
	return Origin{Post: meta["post"], Source: source, First: first, GoLive: live, Seq: seq, Late: meta["late"] == "true"}, true
}

// formerOf names, in the metadata of a redirect, the post that was there before.
const formerOf = "former-of"

// ReadFormer reads from an object's metadata the id of the post whose former address
// it is; false if it is none.
func ReadFormer(meta map[string]string) (id string, ok bool) {
	id = meta[formerOf]
	return id, id != ""
}

// packed begins a content key that is written in base64. No content key begins so.
const packed = "base64:"

// longestEscaped is the most bytes of a key as people can read it. All metadata of
// an object together may have 2 KB, a key 1 KB, and each byte of it could become three.
const longestEscaped = 1000

func escapeKey(key string) string {
	if s := url.PathEscape(key); len(s) <= longestEscaped {
		return s
	}
	return packed + base64.RawURLEncoding.EncodeToString([]byte(key))
}

func unescapeKey(s string) (string, error) {
	if text, is := strings.CutPrefix(s, packed); is {
		key, err := base64.RawURLEncoding.DecodeString(text)
		return string(key), err
	}
	return url.PathUnescape(s)
}

func (h *sum) origin(o Origin) {
	h.text(o.Post)
	h.text(o.Source)
	h.moment(o.First.UTC())
	h.moment(o.GoLive.UTC())
	h.number(int(o.Seq))
	h.flag(o.Late)
}
