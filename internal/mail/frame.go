package mail

import "strings"

// page is a whole mail around its content.
type page struct {
	subject, preheader string
	// link stands at the head, right: the page on the site.
	link, linkText string
	footer         func(*sheet)
}

// render puts the frame around what the sheet holds.
func (h *sheet) render(p page) string {
	content := h.b.String()
	h.b.Reset()
	lang := h.s.Language
	if lang == "" {
		lang = "en"
	}
	attrs := `lang="` + esc(lang) + `" dir="` + h.dir() + `"`
	h.put(`<!DOCTYPE html>
<html `, attrs, ` xmlns="http://www.w3.org/1999/xhtml" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="x-apple-disable-message-reformatting">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>`, esc(p.subject), `</title>
<!--[if mso]>
<xml><o:OfficeDocumentSettings><o:AllowPNG/><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml>
<style>body,table,td,p,a,li,h1,h2,h3,h4,blockquote{font-family:Georgia,serif;mso-line-height-rule:exactly}.n,.n td,.n p,.n a{font-family:Arial,sans-serif}</style>
<![endif]-->
`, h.css(), `</head>
<body class="g" style="margin:0;padding:0;width:100%;background-color:`, h.c.paper, `">
<div class="g" role="article" `, attrs, ` style="background-color:`, h.c.paper, `">
`)
	h.preheader(p.preheader)
	h.put(layout, ` class="g" bgcolor="`, h.c.paper, `" style="background-color:`, h.c.paper, `"><tr><td align="center">
<!--[if mso]><table role="presentation" width="648" align="center" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
`, layout, ` `, attrs, ` style="max-width:648px;margin:0 auto;table-layout:fixed">
`)
	h.masthead(p)
	h.put(`<tr><td class="t i p" align="`, h.start(), `" style="`, h.column("8px", "40px"), `">
`, content, `</td></tr>
`)
	if p.footer != nil {
		h.put(`<tr><td class="n s p"`, h.ours(), ` align="`, h.start(), `" style="padding:0 24px 48px;font-family:`, sans, `;font-size:14px;line-height:22px;color:`, h.c.soft, `;text-align:`, h.start(), `">
`)
		p.footer(h)
		h.put("</td></tr>\n")
	}
	h.put(`</table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></table>
</div>
</body>
</html>
`)
	return h.b.String()
}

// ours marks words that are ours, which are English, in a mail of another language.
func (h *sheet) ours() string {
	if primary, _, _ := strings.Cut(strings.ToLower(h.s.Language), "-"); primary == "en" || primary == "" {
		return ""
	}
	return ` lang="en" dir="ltr"`
}

// column is the style of the cell that holds running text.
func (h *sheet) column(top, bottom string) string {
	return "padding:" + top + " 24px " + bottom + ";font-family:" + h.text +
		";font-size:18px;line-height:29px;color:" + h.c.ink + ";text-align:" + h.start() + ";word-break:break-word"
}

// preheader is what an inbox shows beside the subject. What follows it keeps the
// inbox from going on with the first words of the mail. It is hidden by its size,
// in the style sheet by display:none: spam filters dislike that one inline.
func (h *sheet) preheader(text string) {
	if text == "" {
		return
	}
	h.put(`<div class="v" style="font-size:2px;line-height:2px;max-height:0;max-width:0;overflow:hidden;mso-hide:all">`,
		esc(text), strings.Repeat("&#8199;&#847; ", 60), "</div>\n")
}

// masthead is the stripe of colour, the site's name and the way to the page.
func (h *sheet) masthead(p page) {
	h.put(`<tr><td class="p" style="padding:0 24px">`, layout, `>
<tr><td class="x" height="4" colspan="2" bgcolor="`, h.c.accent, `" style="height:4px;line-height:4px;font-size:0;background-color:`, h.c.accent, `">&nbsp;</td></tr>
<tr><td class="n i" align="`, h.start(), `" style="padding:20px 0 28px;font-family:`, sans, `;font-size:15px;line-height:22px;font-weight:bold;color:`, h.c.ink, `">`,
		`<a class="i" href="`, esc(h.s.URL+"/"), `" style="color:`, h.c.ink, `;text-decoration:none">`, esc(h.s.Title), `</a></td>
`)
	if p.link != "" {
		h.put(`<td class="n s" align="`, h.end(), `" style="padding:20px 0 28px;font-family:`, sans, `;font-size:14px;line-height:22px;white-space:nowrap">`,
			h.anchor(p.link, p.linkText), "</td>\n")
	} else {
		h.put("<td></td>\n")
	}
	h.put("</tr></table></td></tr>\n")
}
