package site

import (
	"strconv"
	"strings"

	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/theme"
)

// picture is what a reference in a source file shows, or nil, and its content key.
func (p *Plan) picture(from, ref string) (*post.Picture, string) {
	if ref == "" || isWeb(ref) {
		return nil, ""
	}
	key := p.c.ImageKey(from, ref)
	f := p.c.Files[key]
	if f == nil {
		return nil, ""
	}
	return f.Picture, key
}

// show is what a reference shows, or nil, and notes that the site needs it.
func (p *Plan) show(from, ref string) *post.Picture {
	pic, key := p.picture(from, ref)
	if pic != nil {
		p.shown[key] = pic
	}
	return pic
}

// onPage is a picture for a page, without words.
func onPage(pic *post.Picture) *theme.Picture {
	if pic == nil {
		return nil
	}
	return &theme.Picture{URL: pic.URL, Width: pic.Width, Height: pic.Height, Srcset: srcset(pic)}
}

// described is a copy of a picture with words to it.
func described(pic *theme.Picture, alt, caption string) *theme.Picture {
	if pic == nil || alt == "" && caption == "" {
		return pic
	}
	v := *pic
	v.Alt, v.Caption = alt, caption
	return &v
}

// srcset lists the widths of a picture for browsers to choose from.
func srcset(pic *post.Picture) string {
	if len(pic.Sizes) == 0 {
		return ""
	}
	var b strings.Builder
	b.Grow((len(pic.Sizes) + 1) * (len(pic.URL) + 8))
	for _, v := range pic.Sizes {
		b.WriteString(v.URL)
		b.WriteByte(' ')
		b.WriteString(strconv.Itoa(v.Width))
		b.WriteString("w, ")
	}
	b.WriteString(pic.URL)
	b.WriteByte(' ')
	b.WriteString(strconv.Itoa(pic.Width))
	b.WriteByte('w')
	return b.String()
}
