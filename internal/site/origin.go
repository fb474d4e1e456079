package site

import (
	"net/url"
	"strconv"
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
	meta["source"] = url.PathEscape(o.Source)
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
	source, err := url.PathUnescape(meta["source"])
	first, err2 := time.Parse(time.RFC3339Nano, meta["first"])
	live, err3 := time.Parse(time.RFC3339Nano, meta["go-live"])
	seq, err4 := strconv.ParseInt(meta["seq"], 10, 64)
	if err != nil || err2 != nil || err3 != nil || err4 != nil || meta["post"] == "" || source == "" {
		return Origin{}, false
	}
	return Origin{Post: meta["post"], Source: source, First: first, GoLive: live, Seq: seq, Late: meta["late"] == "true"}, true
}

func (h *sum) origin(o Origin) {
	h.text(o.Post)
	h.text(o.Source)
	h.moment(o.First.UTC())
	h.moment(o.GoLive.UTC())
	h.number(int(o.Seq))
	h.flag(o.Late)
}
