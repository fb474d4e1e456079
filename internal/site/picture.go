package site

import (
	"strconv"
	"strings"

	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/theme"
)

// picture is what a reference in a source file shows, or nil.
func (p *Plan) picture(from, ref string) *post.Picture {
	if ref == "" || isWeb(ref) {
		return nil
	}
	f := p.c.Files[p.c.ImageKey(from, ref)]
	if f == nil {
		return nil
	}
	return f.Picture
}

// shown is a picture for a page.
func shown(pic *post.Picture, alt, caption string) *theme.Picture {
	if pic == nil {
		return nil
	}
	return &theme.Picture{URL: pic.URL, Width: pic.Width, Height: pic.Height, Srcset: srcset(pic), Alt: alt, Caption: caption}
}

// srcset lists the widths of a picture for browsers to choose from.
func srcset(pic *post.Picture) string {
	if len(pic.Sizes) == 0 {
		return ""
	}
	var b strings.Builder
	b.Grow((len(pic.Sizes) + 1) * (len(pic.URL) + 8))
	for _, v := range pic.Sizes {
		b.WriteString(v.URL + " " + strconv.Itoa(v.Width) + "w, ")
	}
	b.WriteString(pic.URL + " " + strconv.Itoa(pic.Width) + "w")
	return b.String()
}
