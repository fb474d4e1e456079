package site

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/pennypost/pennypost/internal/picture"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/settings"
)

// MediaPicture says where the copies of an image file are served: at
// "/media/<20 hex digits>.<ext>", named after the SHA-256 of the file, the width,
// and the version of the code that makes them.
func MediaPicture(hash string, info picture.Info) *post.Picture {
	pic := &post.Picture{URL: mediaURL(hash, 0, info.Ext), Width: info.Width, Height: info.Height}
	if n := len(info.Widths); n > 0 {
		widest := info.Widths[n-1]
		pic.URL = mediaURL(hash, widest, info.Ext)
		if widest != info.Width && info.Width > 0 {
			pic.Height = max(1, (info.Height*widest+info.Width/2)/info.Width)
			pic.Width = widest
		}
		for _, w := range info.Widths[:n-1] {
			pic.Sizes = append(pic.Sizes, post.Variant{URL: mediaURL(hash, w, info.Ext), Width: w})
		}
	}
	return pic
}

func mediaURL(hash string, width int, ext string) string {
	sum := sha256.Sum256([]byte(hash + " " + strconv.Itoa(width) + " " + picture.Version))
	return "/media/" + hex.EncodeToString(sum[:10]) + "." + ext
}

// planMedia plans the pictures that something published, a preview or the frame shows.
func (p *Plan) planMedia() {
	shown := map[string]bool{} // content keys
	show := func(from, ref string) {
		if ref == "" || isWeb(ref) {
			return
		}
		key := p.c.ImageKey(from, ref)
		if key == "" || shown[key] {
			return
		}
		shown[key] = true
		pic := p.c.Files[key].Picture
		p.planPicture(key, pic.URL)
		for _, v := range pic.Sizes {
			p.planPicture(key, v.URL)
		}
	}
	show(settings.Key, p.s.Theme.Logo)
	show(settings.Key, p.s.Author.Photo)
	for _, group := range [][]*item{p.live, p.pages, p.hidden} {
		for _, it := range group {
			show(it.e.Key, it.e.Image)
			if it.e.Book != nil {
				show(it.e.Key, it.e.Book.Cover)
			}
			for _, ref := range it.e.Images {
				show(it.e.Key, ref.To)
			}
		}
	}
}

// planPicture plans one copy. Its name already stands for all that goes into it.
func (p *Plan) planPicture(source, url string) {
	key := strings.TrimPrefix(url, "/")
	if o, planned := p.outputs[key]; planned && o.Sources[0] <= source {
		return // the same picture under two names
	}
	digest := strings.TrimSuffix(path.Base(key), path.Ext(key))
	p.outputs[key] = Output{Key: key, Digest: digest, Stage: Media, Sources: []string{source}}
}

// Media makes all planned copies of one image file, by site key: reading the file
// is most of the work.
func (p *Plan) Media(contentKey string, body []byte) (map[string]Object, error) {
	return p.media(contentKey, body, "")
}

// media makes the copies of one image file, or only the one of a site key.
func (p *Plan) media(contentKey string, body []byte, only string) (map[string]Object, error) {
	f := p.c.Files[contentKey]
	if f == nil || f.Picture == nil {
		return nil, fmt.Errorf("%s: %w", contentKey, ErrNotPlanned)
	}
	hash := sha256.Sum256(body)
	if f.Hash != "" && hex.EncodeToString(hash[:]) != f.Hash {
		return nil, fmt.Errorf("%s is not the picture that the catalog knows", contentKey)
	}
	info, err := picture.Inspect(path.Base(contentKey), body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", contentKey, err)
	}
	made := map[string]Object{}
	var photo *picture.Photo
	for _, v := range append([]post.Variant{{URL: f.Picture.URL, Width: f.Picture.Width}}, f.Picture.Sizes...) {
		key := strings.TrimPrefix(v.URL, "/")
		o, planned := p.outputs[key]
		if !planned || only != "" && key != only {
			continue
		}
		var out []byte
		switch info.Format {
		case "jpeg":
			if photo == nil {
				if photo, err = picture.Decode(body); err != nil {
					return nil, fmt.Errorf("%s: %w", contentKey, err)
				}
			}
			out, err = photo.JPEG(v.Width)
		case "svg":
			out, err = picture.SVG(body)
		default:
			out, err = picture.Strip(info.Format, body)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", contentKey, err)
		}
		made[key] = p.object(o, bytes.Clone(out))
	}
	return made, nil
}
