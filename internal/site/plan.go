// Package site plans everything the site consists of and makes each part. The plan
// is a pure function of the catalog, the settings and the theme: for each site key
// it knows a digest of all that goes into it, so that publishing is comparing
// digests, and it holds no rendered bytes, so that planning is cheap.
package site

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/settings"
	"github.com/pennypost/pennypost/internal/theme"
)

// Stage orders the writing of outputs: what pages show before pages, pages before
// what lists them, redirects last.
type Stage int

// The stages, in the order in which they are to be written.
const (
	Media    Stage = iota // pictures
	Asset                 // style sheet, fonts, and what stands for itself (robots.txt)
	Article               // posts, static pages, previews
	Listing               // index, tags, archive, books, feeds, sitemap; 404.html, for its menu names pages
	Redirect              // pages that lead on to another
)

// Output is one object of the site.
type Output struct {
	Key string // in the site bucket, without a leading slash: "blog/x/index.html"
	// Digest stands for everything that making it uses, and for nothing else.
	Digest string
	Stage  Stage
	// Sources are the content keys whose bodies making it reads.
	Sources []string
	// Names are the site keys of the posts and pages that a Listing links to: it is
	// not to be written while one of them is missing.
	Names []string
}

// Object is an output as it is to be stored.
type Object struct {
	Body         []byte
	ContentType  string
	CacheControl string
	// Metadata holds the digest, for posts and pages their [Origin], and for addresses
	// they had before whose they were ([ReadFormer]); all ASCII.
	Metadata map[string]string
}

// Reader answers the body of a content key, exactly as the catalog knows it.
type Reader = func(contentKey string) ([]byte, error)

// ErrNotPlanned is reported for a key that the site does not consist of.
var ErrNotPlanned = errors.New("not a part of the site")

// Plan is all outputs of one state of the site. It may be used by several goroutines.
type Plan struct {
	c *catalog.Catalog
	s *settings.Settings
	t *theme.Theme

	size   int // posts a listing page
	frame  frame
	live   []*item                  // articles, newest first
	pages  []*item                  // static pages, by title
	hidden []*item                  // drafts and scheduled posts, by id
	at     map[string]*item         // live articles and pages by URL path
	tags   []*tag                   // by slug
	tagOf  map[string]*tag          // by any spelling that a post uses
	shown  map[string]*post.Picture // pictures the site needs, by content key

	former  map[string]string // site key of a redirect → id of the post that was there
	outputs map[string]Output
	makers  map[string]maker
	scratch *sum // while planning; nil afterwards
}

// maker writes one output's body.
type maker func(w *bytes.Buffer, read Reader) error

// New plans the site. It reads no bodies and keeps references into the catalog,
// whose entries are never changed in place.
func New(c *catalog.Catalog, s *settings.Settings, t *theme.Theme) *Plan {
	live, pages := c.Live(), c.Pages()
	p := &Plan{
		c: c, s: s, t: t,
		size:    max(1, s.PageSize),
		at:      make(map[string]*item, len(live)+len(pages)),
		shown:   make(map[string]*post.Picture, len(live)),
		former:  map[string]string{},
		scratch: &sum{},
	}
	p.live = p.collect(live)
	p.pages = p.collect(pages)
	p.hidden = p.collect(unpublished(c))
	for _, group := range [][]*item{p.live, p.pages} {
		for _, it := range group {
			p.at[it.e.Path] = it
		}
	}
	p.groupTags()
	p.frame = p.makeFrame()
	p.digestItems()

	size := len(live)*5/4 + len(pages) + len(p.tags) + 64
	p.makers = make(map[string]maker, size)
	p.outputs = make(map[string]Output, size+3*len(p.shown))
	p.planAssets()
	p.planMedia()
	p.planArticles()
	p.planPreviews()
	p.planIndex()
	p.planTags()
	p.planArchive()
	p.planBooks()
	p.planFeeds()
	p.planSitemap()
	p.planRobots()
	p.planNotFound()
	p.planRedirects()
	p.scratch = nil
	return p
}

// Outputs are all objects the site consists of, by key. The map is shared: do not change it.
func (p *Plan) Outputs() map[string]Output { return p.outputs }

// Kept tells of keys that are never deleted though nothing shows them any more:
// old mails and old copies of pages still refer to them.
func Kept(key string) bool {
	return strings.HasPrefix(key, "media/") || strings.HasPrefix(key, "assets/")
}

// Render makes one output. Read is asked for the bodies named in its Sources;
// its errors are passed on wrapped. A key outside the plan is [ErrNotPlanned].
func (p *Plan) Render(key string, read Reader) (Object, error) {
	o, ok := p.outputs[key]
	if !ok {
		return Object{}, fmt.Errorf("%s: %w", key, ErrNotPlanned)
	}
	if o.Stage == Media {
		body, err := read(o.Sources[0])
		if err != nil {
			return Object{}, err
		}
		all, err := p.media(o.Sources[0], body, key)
		if err != nil {
			return Object{}, err
		}
		return all[key], nil
	}
	var b bytes.Buffer
	if err := p.makers[key](&b, read); err != nil {
		return Object{}, fmt.Errorf("%s: %w", key, err)
	}
	return p.object(o, b.Bytes()), nil
}

// object puts the headers to a body.
func (p *Plan) object(o Output, body []byte) Object {
	meta := map[string]string{"digest": o.Digest}
	if o.Stage == Article {
		if it := p.itemAt("/" + strings.TrimSuffix(o.Key, indexFile)); it != nil {
			originOf(it.e).addTo(meta)
		}
	}
	if id := p.former[o.Key]; id != "" {
		meta[formerOf] = id
	}
	contentType := contentType(o.Key)
	if o.Stage == Asset {
		for _, a := range p.t.Assets() {
			if a.Path == o.Key {
				contentType = a.ContentType
			}
		}
	}
	return Object{Body: body, ContentType: contentType, CacheControl: cacheControl(o.Key), Metadata: meta}
}

// itemAt is the post or page, published or not, whose page is at a URL path.
func (p *Plan) itemAt(url string) *item {
	if it := p.at[url]; it != nil {
		return it
	}
	for _, it := range p.hidden {
		if it.url == url {
			return it
		}
	}
	return nil
}

// plan adds an output whose digest is what was hashed since begin.
func (p *Plan) plan(o Output, h *sum, make maker) {
	o.Digest = h.hex()
	if o.Stage == Listing && strings.HasSuffix(o.Key, ".html") {
		o.Names = append(o.Names, p.frame.names...) // its menu leads there
	}
	p.outputs[o.Key] = o
	p.makers[o.Key] = make
}

// begin starts the digest of a page with what all pages have around their content.
func (p *Plan) begin(kind string) *sum {
	h := p.start(kind)
	h.text(p.frame.digest)
	return h
}

// start starts the digest of an output that is no page.
func (p *Plan) start(kind string) *sum {
	h := p.scratch
	h.reset()
	h.text(kind)
	h.text(code())
	return h
}

// parse reads a post's body and makes sure it is the text the catalog knows.
func (p *Plan) parse(e *catalog.Entry, read Reader) (*post.Post, error) {
	body, err := read(e.Key)
	if err != nil {
		return nil, err
	}
	parsed, err := post.Parse(e.Key, body, post.Options{Location: p.s.Location, Language: p.s.Language})
	if err != nil {
		return nil, err
	}
	if parsed.Hash != e.Hash {
		return nil, fmt.Errorf("%s is not the text that the catalog knows", e.Key)
	}
	return parsed, nil
}
