package publish

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/picture"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/settings"
	"github.com/pennypost/pennypost/internal/site"
	"github.com/pennypost/pennypost/internal/store"
)

// readers is how many objects are fetched at once.
const readers = 16

// observer looks at content keys. It remembers what it parsed, so that looking
// again after a lost race costs a HEAD for what did not change.
type observer struct {
	content  *store.Bucket
	darkroom chan struct{} // bounds how many files of pictures are in memory at once
	desk     *desk         // and what they and texts take when they are read
	late     func(context.Context) bool

	mu   sync.Mutex
	seen map[string]catalog.Seen
}

// errLate is reported where there is no time left for more.
var errLate = errors.New("there is not time for everything")

// Ours tells whether a content key is one that publishing looks at.
func Ours(key string) bool {
	return strings.HasPrefix(key, catalog.Root) && !strings.HasSuffix(key, "/") && !post.Ignored(key)
}

// look fetches and parses the keys, texts before pictures. What equals the catalog's
// knowledge, by ETag, is left out of the answer unless it is to be read anew. It also
// returns the keys for which there was no time; the first is looked at however late it is.
func (o *observer) look(ctx context.Context, c *catalog.Catalog, keys []string, how post.Options, anew bool) (found []catalog.Seen, unread []string, err error) {
	slices.SortFunc(keys, textsFirst)
	out := make([]catalog.Seen, len(keys))
	tardy := make([]bool, len(keys))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(readers)
	for i, key := range keys {
		g.Go(func() error {
			known := ""
			if f := c.Files[key]; f != nil && !anew && !c.Unread[key].Anew {
				known = f.ETag
			}
			s, err := o.one(ctx, key, known, how, i > 0)
			if errors.Is(err, errLate) {
				tardy[i] = true
				return nil
			}
			if err != nil {
				return fmt.Errorf("reading %s: %w", key, err)
			}
			out[i] = s
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, nil, err
	}
	for i, s := range out {
		if tardy[i] {
			unread = append(unread, keys[i])
		} else if s.Key != "" {
			found = append(found, s)
		}
	}
	return found, unread, nil
}

// textsFirst orders keys: posts and settings take hardly any time, photos a second each.
func textsFirst(a, b string) int {
	if image := post.IsImage(a); image != post.IsImage(b) {
		if image {
			return 1
		}
		return -1
	}
	return strings.Compare(a, b)
}

// one looks at a single key. The zero Seen means: as known. If it can wait and it is
// late, errLate is reported, unless it was read already.
func (o *observer) one(ctx context.Context, key, known string, how post.Options, canWait bool) (catalog.Seen, error) {
	memo := fmt.Sprint(how.Location, how.Language, "\x00", key)
	for try := 0; ; try++ {
		o.mu.Lock()
		s, parsed := o.seen[memo]
		o.mu.Unlock()
		if !parsed && canWait && o.late(ctx) {
			return catalog.Seen{}, errLate
		}
		head, err := o.content.Head(ctx, key)
		if errors.Is(err, store.ErrNotFound) {
			return catalog.Seen{Key: key, Missing: true}, nil
		}
		if err != nil {
			return catalog.Seen{}, err
		}
		if head.ETag == known {
			return catalog.Seen{}, nil
		}
		if parsed && s.ETag == head.ETag {
			return s, nil
		}
		s = catalog.Seen{Key: key, ETag: head.ETag, Size: head.Size, Uploaded: head.Modified}
		if s.Problem = unusable(key, head.Size); s.Problem == "" {
			err := o.read(ctx, &s, how, canWait)
			if (errors.Is(err, store.ErrChanged) || errors.Is(err, store.ErrNotFound)) && try < maxRaces {
				continue // replaced in between: look again
			}
			if err != nil {
				return catalog.Seen{}, err
			}
		}
		o.mu.Lock()
		o.seen[memo] = s
		o.mu.Unlock()
		return s, nil
	}
}

// read fetches and parses the object that was seen.
func (o *observer) read(ctx context.Context, s *catalog.Seen, how post.Options, canWait bool) error {
	if post.IsImage(s.Key) {
		o.darkroom <- struct{}{}
		defer func() { <-o.darkroom }()
	} else {
		leave, err := o.desk.takeText(ctx, s.Size)
		if err != nil {
			return err
		}
		defer leave()
	}
	if canWait && o.late(ctx) { // it may have waited long for its turn
		return errLate
	}
	_, body, err := o.content.Get(ctx, s.Key, store.Cond{IfMatch: s.ETag})
	if err != nil {
		return err
	}
	if post.IsImage(s.Key) {
		leave, err := o.desk.take(ctx, picture.Memory(body))
		if err != nil {
			return err
		}
		defer leave()
	}
	Read(s, body, how)
	return nil
}

// Reading is how posts are to be read under the settings: in what zone their dates
// are meant, in what language their quotation marks.
func Reading(s *settings.Settings) post.Options {
	return post.Options{Location: s.Location, Language: s.Language}
}

// Read parses a content object into what the catalog takes: a post, a picture,
// the settings, or a problem in words for the author. It never fails otherwise;
// even a panic in a parser becomes a problem.
func Read(s *catalog.Seen, body []byte, how post.Options) {
	sum := sha256.Sum256(body)
	s.Hash = hex.EncodeToString(sum[:])
	defer func() {
		if r := recover(); r != nil {
			s.Post, s.Picture, s.Settings = nil, nil, nil
			s.Problem = "pennypost could not make sense of this file; please send it to its makers"
		}
	}()
	switch {
	case s.Key == settings.Key:
		if _, _, err := settings.Parse(body); err != nil {
			s.Problem = err.Error()
			return
		}
		text := string(body)
		s.Settings = &text
	case post.IsMarkdown(s.Key):
		parsed, err := post.Parse(s.Key, body, how)
		if err != nil {
			s.Problem = err.Error()
			return
		}
		meta := parsed.Meta // a copy: a pointer into the post would keep its whole text alive
		s.Post = &meta
	case post.IsImage(s.Key):
		info, err := picture.Inspect(path.Base(s.Key), body)
		if err == nil && len(info.Widths) > 0 {
			_, err = picture.Decode(body) // a photo may be whole outside and damaged inside
		}
		if err != nil {
			s.Problem = err.Error()
			return
		}
		s.Picture = site.MediaPicture(s.Hash, info)
	default:
		s.Problem = unknownFile(s.Key)
	}
}

// unusable says, for the author, why a file need not even be read; or "".
func unusable(key string, size int64) string {
	if key != settings.Key && !post.IsMarkdown(key) && !post.IsImage(key) {
		return unknownFile(key)
	}
	return TooLarge(key, size)
}

// TooLarge says, for the author, that a file of that size cannot be used; or "".
func TooLarge(key string, size int64) string {
	limit := int64(picture.MaxBytes)
	switch {
	case key == settings.Key:
		limit = settings.MaxBytes
	case post.IsMarkdown(key):
		limit = post.MaxBytes
	}
	if size <= limit {
		return ""
	}
	return fmt.Sprintf("%s has %s; the most is %s. Make it smaller (a long text: split it in two) and upload it again",
		path.Base(key), amount(size), amount(limit))
}

// amount is a number of bytes for people: "20 MB", "300 KB".
func amount[N int | int64](n N) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%.3g MB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.3g KB", float64(n)/(1<<10))
}

func unknownFile(key string) string {
	ext := strings.ToLower(path.Ext(key))
	switch ext {
	case ".doc", ".docx", ".odt", ".pages", ".rtf", ".txt", ".html", ".htm":
		return fmt.Sprintf("a %s file cannot be published: save the text as Markdown, in a file whose name ends in .md", ext)
	case ".yaml", ".yml", ".toml", ".json":
		return fmt.Sprintf("this file is not used: settings belong in %s", settings.Key)
	}
	return "this kind of file is not used: posts end in .md, pictures in .jpg, .png, .gif, .svg or .webp"
}
