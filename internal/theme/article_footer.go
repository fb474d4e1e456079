package theme

import "html/template"

// postFooter writes the tags of a post and who wrote it.
func (w *writer) postFooter(v *Article, bio template.HTML) {
	if len(v.Tags) == 0 && bio == "" {
		return
	}
	w.raw(`<footer class="post-footer">` + "\n")
	w.tags("  ", v.Tags)
	if bio != "" {
		w.raw(`  <div class="bio">` + "\n")
		if v.Photo != nil {
			w.raw("    ")
			w.image(v.Photo, placing{sizes: "4.5rem"})
			w.raw("\n")
		}
		w.html(bio)
		w.raw("  </div>\n")
	}
	w.raw("</footer>\n")
}

// tags writes a list of tags, each line after the indent.
func (w *writer) tags(indent markup, all []Link) {
	if len(all) == 0 {
		return
	}
	w.raw(indent + `<ul class="tags" aria-label="Tags">` + "\n")
	for _, t := range all {
		w.raw(indent)
		w.link(`  <li><a rel="tag" href="`, t.URL, `">`)
		w.around("", t.Title, "</a></li>\n")
	}
	w.raw(indent + "</ul>\n")
}
