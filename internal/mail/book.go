package mail

import (
	"math"
	"strconv"
	"strings"

	"github.com/pennypost/pennypost/internal/post"
)

// stars draws a rating in signs, with empty ones up to five: "★★★½☆".
func stars(rating float64) string {
	halves := int(math.Round(min(5, max(0, rating)) * 2))
	text := strings.Repeat("★", halves/2)
	if halves%2 == 1 {
		text += "½"
	}
	return text + strings.Repeat("☆", 5-(halves+1)/2)
}

// rating says it in words: "3½ of 5 stars".
func rating(n float64) string {
	halves := int(math.Round(min(5, max(0, n)) * 2))
	text := strconv.Itoa(halves / 2)
	switch {
	case halves == 1:
		text = "½"
	case halves%2 == 1:
		text += "½"
	}
	return text + " of 5 stars"
}

// starLine shows a rating in signs and in words.
func (h *sheet) starLine(b *post.Book, size int) {
	if b == nil || !b.Rated {
		return
	}
	h.putf(`<p class="n a" style="margin:0 0 10px;font-family:%s;font-size:%dpx;line-height:%dpx;color:%s">%s <span class="s"%s style="font-size:14px;color:%s;white-space:nowrap">%s</span></p>`+"\n",
		sans, size, size+6, h.c.accent, stars(b.Rating), h.ours(), h.c.soft, rating(b.Rating))
}

// bookKicker says that this is a review, unless the title does.
func (h *sheet) bookKicker(title string) {
	if !strings.Contains(strings.ToLower(title), "review") {
		h.kicker("Book review")
	}
}

// bookPanel is the cover beside what the book is; nothing if that is no more than
// the post's title says.
func (h *sheet) bookPanel(b *post.Book, cover post.Picture, shown bool) {
	if !shown && !b.Rated && b.Publisher == "" && b.Year == 0 && b.Genre == "" {
		return
	}
	h.put(layout, ` style="margin:0 0 28px"><tr>`)
	if shown {
		h.put(`<td class="cover" width="170" valign="top" style="width:170px;padding:4px 0">`,
			h.picture(cover, "Cover of "+b.Title, 170), `</td><td width="22" style="width:22px;font-size:0">&nbsp;</td>`)
	}
	h.put(`<td valign="top">`)
	h.starLine(b, 22)
	h.put(`<p style="margin:0 0 4px;font-size:21px;line-height:27px;font-weight:bold;font-style:italic">`, esc(b.Title), "</p>\n")
	if b.Author != "" {
		h.put(`<p style="margin:0 0 10px">by `, esc(b.Author), "</p>\n")
	}
	year := ""
	if b.Year > 0 {
		year = strconv.Itoa(b.Year)
	}
	h.meta("0", b.Publisher, year, b.Genre)
	h.put("</td></tr></table>\n")
}

// bookLine is the same in plain text, without a line break at its end.
func bookLine(b *post.Book) string {
	text := b.Title
	if b.Author != "" {
		text += " by " + b.Author
	}
	if b.Rated {
		text += ": " + stars(b.Rating) + " (" + rating(b.Rating) + ")"
	}
	return text
}
