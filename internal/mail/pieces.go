package mail

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pennypost/pennypost/internal/post"
)

// anchor is a link in the accent colour.
func (h *sheet) anchor(to, text string) string {
	return `<a class="a" href="` + esc(to) + `" style="color:` + h.c.accent + `;text-decoration:underline">` + esc(text) + `</a>`
}

// kicker is a small line above a heading.
func (h *sheet) kicker(text string) {
	if text != "" {
		h.put(`<p class="n s" style="margin:0 0 8px;font-family:`, sans, `;font-size:14px;line-height:20px;color:`, h.c.soft, `">`, esc(text), "</p>\n")
	}
}

// title is the one h1 of a mail, linked if there is where to.
func (h *sheet) title(text, to string) {
	h.put(`<h1 class="h1 i" style="margin:0 0 14px;font-family:`, h.text, `;font-size:36px;line-height:42px;font-weight:bold;letter-spacing:-0.01em;color:`, h.c.ink, `">`,
		h.plainLink(text, to), "</h1>\n")
}

// plainLink is text that leads somewhere without looking so.
func (h *sheet) plainLink(text, to string) string {
	if to == "" {
		return esc(text)
	}
	return `<a class="i" href="` + esc(to) + `" style="color:` + h.c.ink + `;text-decoration:none">` + esc(text) + `</a>`
}

// meta is a small grey line: who, when, how long.
func (h *sheet) meta(margin string, parts ...string) {
	var given []string
	for _, p := range parts {
		if p != "" {
			given = append(given, p)
		}
	}
	if len(given) > 0 {
		h.put(`<p class="n s" style="margin:`, margin, `;font-family:`, sans, `;font-size:14px;line-height:20px;color:`, h.c.soft, `">`, esc(strings.Join(given, " · ")), "</p>\n")
	}
}

// paragraph is plain text in the running face.
func (h *sheet) paragraph(text string) {
	h.put(`<p style="margin:0 0 18px">`, strings.ReplaceAll(esc(strings.TrimSpace(text)), "\n", "<br>"), "</p>\n")
}

// button is a link as a filled box, or an outlined one. Outlook takes its shape
// from the cell, the others from the link.
func (h *sheet) button(to, text string, quiet bool) {
	ground, ink, cell, link := h.c.accent, h.c.onAccent, "x", "o"
	if quiet {
		ground, ink, cell, link = h.c.paper, h.c.accent, "g l", "a"
	}
	border := h.c.accent
	if quiet {
		border = h.c.line
	}
	h.put(`<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 12px"><tr><td class="n `, cell, `" bgcolor="`, ground,
		`" style="background-color:`, ground, `;border:1px solid `, border, `;border-radius:6px;mso-padding-alt:12px 22px">`,
		`<a class="`, link, `" href="`, esc(to), `" style="display:inline-block;padding:12px 22px;font-family:`, sans, `;font-size:16px;line-height:22px;font-weight:bold;color:`, ink,
		`;text-decoration:none">`, esc(text), "</a></td></tr></table>\n")
}

// rule is a line across the column.
func (h *sheet) rule(top, bottom int) {
	h.putf(`%s><tr><td class="l" style="padding-top:%dpx;border-bottom:1px solid %s;font-size:0;line-height:0">&nbsp;</td></tr><tr><td height="%d" style="height:%dpx;font-size:0;line-height:0">&nbsp;</td></tr></table>`+"\n",
		layout, top, h.c.line, bottom, bottom)
}

// picture shows an image at most so wide. Its real size tells every program how
// much room to keep; the file is the smallest that is sharp on a fine screen.
func (h *sheet) picture(p post.Picture, alt string, max int) string {
	w, tall := fit(p, max)
	size := ""
	if w > 0 {
		size = ` width="` + strconv.Itoa(w) + `"`
		if tall > 0 {
			size += ` height="` + strconv.Itoa(tall) + `"`
		}
	}
	limit := max
	if w > 0 {
		limit = w
	}
	return fmt.Sprintf(`<img class="s" src="%s" alt="%s"%s style="display:block;width:100%%;max-width:%dpx;height:auto;border:0;font-family:%s;font-size:14px;line-height:20px;color:%s">`,
		esc(sharp(p, limit)), esc(alt), size, limit, sans, h.c.soft)
}

// fit is the size at which a picture is shown, 0 where it is not known.
func fit(p post.Picture, max int) (w, tall int) {
	if p.Width <= max {
		return p.Width, p.Height
	}
	return max, (p.Height*max + p.Width/2) / p.Width
}

// sharp is the narrowest file with one and a half times the shown width.
func sharp(p post.Picture, shown int) string {
	for _, v := range p.Sizes {
		if v.Width*2 >= shown*3 {
			return v.URL
		}
	}
	return p.URL
}

// drawable tells whether mail programs can show a picture: Gmail and Outlook know
// no SVG.
func drawable(url string) bool {
	path, _, _ := strings.Cut(url, "?")
	return !strings.HasSuffix(strings.ToLower(path), ".svg")
}
