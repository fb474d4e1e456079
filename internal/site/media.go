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

// mediaFolder is where pictures are in the site bucket.
const mediaFolder = "media/"

func mediaURL(hash string, width int, ext string) string {
	sum := sha256.Sum256([]byte(hash + " " + strconv.Itoa(width) + " " + picture.Version))
	return "/" + mediaFolder + hex.EncodeToString(sum[:10]) + "." + ext
}

// planMedia plans the pictures that something published, a preview or the frame shows.
func (p *Plan) planMedia() {
	for key, pic := range p.shown {
		sources := []string{key}
		p.planPicture(sources, pic.URL)
		for _, v := range pic.Sizes {
			p.planPicture(sources, v.URL)
		}
	}
}

// planPicture plans one copy. Its name already stands for all that goes into it.
func (p *Plan) planPicture(sources []string, url string) {
	key := strings.TrimPrefix(url, "/")
	if o, planned := p.outputs[key]; planned && o.Sources[0] <= sources[0] {
		return // the same picture under two names
	}
	name := strings.TrimPrefix(key, mediaFolder)
	p.outputs[key] = Output{Key: key, Digest: strings.TrimSuffix(name, path.Ext(name)), Stage: Media, Sources: sources}
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
