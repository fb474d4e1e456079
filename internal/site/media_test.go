package site

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"strings"
	"testing"

	"github.com/pennypost/pennypost/internal/picture"
	"github.com/pennypost/pennypost/internal/settings"
)

// mediaOf is how many copies of each picture a plan has.
func mediaOf(p *Plan) map[string]int {
	all := map[string]int{}
	for _, o := range p.Outputs() {
		if o.Stage == Media {
			all[o.Sources[0]]++
		}
	}
	return all
}

func TestOnlyPicturesThatAreShownAreMade(t *testing.T) {
	w := newWorld()
	w.put(settings.Key, "author: {photo: me.png}\ntheme: {logo: pics/logo.png}\n")
	for i, name := range []string{"me.png", "pics/logo.png", "hero.png", "cover.png", "body.png", "draft.png", "page.png", "unused.png", "lost/hero.png"} {
		w.put("posts/"+name, drawPNG(10+i, 10, 5))
	}
	w.put("posts/a.md", "---\nimage: hero.png\nbook: {title: X, cover: cover.png}\n---\n![a](body.png)\n")
	w.put("posts/b.md", "---\ndraft: true\nimage: draft.png\n---\nB.\n")
	w.put("posts/pages/c.md", "![c](../page.png)\n")
	got := mediaOf(w.plan(t))
	want := []string{"me.png", "pics/logo.png", "hero.png", "cover.png", "body.png", "draft.png", "page.png"}
	for _, name := range want {
		if got["posts/"+name] != 1 {
			t.Errorf("%s is made %d times", name, got["posts/"+name])
		}
	}
	if len(got) != len(want) {
		t.Errorf("made are %v", got)
	}
}

func TestMediaMakesAllSizesAtOnce(t *testing.T) {
	w := newWorld()
	w.put("posts/photo.jpg", drawJPEG(2000, 500, 3))
	w.put("posts/same.jpg", w.files["posts/photo.jpg"])
	w.put("posts/a.md", "![a](photo.jpg) ![b](same.jpg)\n")
	p := w.plan(t)
	if got := mediaOf(p); got["posts/photo.jpg"] != 3 || len(got) != 1 {
		t.Fatalf("planned are %v", got)
	}
	body := []byte(w.files["posts/photo.jpg"])
	made, err := p.Media("posts/photo.jpg", body)
	if err != nil {
		t.Fatal(err)
	}
	sizes := map[int]bool{}
	for key, o := range made {
		c, format, err := image.DecodeConfig(bytes.NewReader(o.Body))
		if err != nil || format != "jpeg" || c.Height != c.Width/4 {
			t.Errorf("%s is a %s of %d×%d: %v", key, format, c.Width, c.Height, err)
		}
		sizes[c.Width] = true
		if o.ContentType != "image/jpeg" || o.CacheControl != cacheForEver || o.Metadata["digest"] != p.Outputs()[key].Digest {
			t.Errorf("%s: %s, %s, %v", key, o.ContentType, o.CacheControl, o.Metadata)
		}
		alone, err := p.Render(key, w.read)
		if err != nil || !bytes.Equal(alone.Body, o.Body) {
			t.Errorf("%s differs when made alone: %v", key, err)
		}
	}
	if len(made) != 3 || !sizes[480] || !sizes[960] || !sizes[1600] {
		t.Errorf("sizes: %v", sizes)
	}
	if _, err := p.Media("posts/photo.jpg", append(body, 0)); err == nil {
		t.Error("another file passes for the picture")
	}
	if _, err := p.Media("posts/none.jpg", body); !errors.Is(err, ErrNotPlanned) {
		t.Errorf("no such picture: %v", err)
	}
}

func TestMediaPicture(t *testing.T) {
	pic := MediaPicture("abc", picture.Info{Format: "jpeg", Ext: "jpg", Width: 3000, Height: 2001, Widths: []int{480, 960, 1600}})
	if pic.Width != 1600 || pic.Height != 1067 || len(pic.Sizes) != 2 || pic.Sizes[0].Width != 480 {
		t.Errorf("%+v", pic)
	}
	seen := map[string]bool{pic.URL: true, pic.Sizes[0].URL: true, pic.Sizes[1].URL: true}
	for url := range seen {
		name := strings.TrimSuffix(strings.TrimPrefix(url, "/media/"), ".jpg")
		if len(name) != 20 || strings.Trim(name, "0123456789abcdef") != "" {
			t.Errorf("the address is %s", url)
		}
	}
	other := MediaPicture("abd", picture.Info{Format: "png", Ext: "png", Width: 10, Height: 20})
	if len(seen) != 3 || seen[other.URL] || other.Width != 10 || other.Height != 20 || other.Sizes != nil {
		t.Errorf("%+v", other)
	}
	if fmt.Sprint(MediaPicture("abc", picture.Info{Ext: "svg"}).Width) != "0" {
		t.Error("a drawing without a size has none")
	}
}
