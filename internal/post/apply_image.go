package post

import (
	"strings"
)

func (f *front) applyImage(m *Meta) {
	h, ok := f.heard["image"]
	if ok {
		m.Image = f.imagePath(h)
		v := h.value
		if v.kind == mapping {
			m.ImageAlt, m.ImageCaption = oneLine(v.named("alt", "image_alt")), oneLine(v.named("caption", "image_caption"))
		}
	}
	if s := f.text("image_alt"); s != "" {
		m.ImageAlt = s
	}
	if s := f.text("image_caption"); s != "" {
		m.ImageCaption = s
	}
	m.ImageAlt, m.ImageCaption = plainLine(m.ImageAlt, maxDescription), plainLine(m.ImageCaption, maxDescription)
	if external(m.Image) {
		f.warn(h.line, "the image lies on another site, so it is not shown; put a copy beside this file and write its name")
	}
}

// imagePath finds the one path in an image that may be a text, a list or a mapping.
func (f *front) imagePath(h heard) string {
	v := h.value
	if v.kind == list && len(v.list) > 0 {
		v = v.list[0]
	}
	if v.kind == mapping {
		return strings.TrimSpace(v.named("image", "src", "url", "path", "file", "filename", "feature", "overlay_image", "teaser", "relative"))
	}
	// "featured: true" or "header: no" name no image.
	if _, is := truth(v.text); is {
		return ""
	}
	return strings.TrimSpace(v.text)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func (f *front) applyTags(m *Meta) {
	seen := map[string]bool{}
	for _, tag := range f.heard["tags"].value.texts() {
		tag = plainLine(strings.TrimPrefix(tag, "#"), maxTag)
		if s := Slugify(tag); s != "" && !seen[s] && len(m.Tags) < maxTags {
			seen[s] = true
			m.Tags = append(m.Tags, tag)
		}
	}
}
