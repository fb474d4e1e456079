package mail

import (
	"fmt"
	"strings"

	"github.com/pennypost/pennypost/internal/settings"
)

// sheet is what every piece of one mail's HTML needs to know: colours, fonts, the
// direction of the text. Everything that matters is an inline style, because many
// mail programs read nothing else; the classes only serve the dark scheme and
// narrow screens.
type sheet struct {
	s    *settings.Settings
	c    palette
	text string // font family of running text
	rtl  bool
	base string // address that relative links are meant from
	b    strings.Builder
}

const (
	serif = `'Iowan Old Style','Palatino Linotype',Palatino,Georgia,serif`
	sans  = `-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif`
	mono  = `ui-monospace,Menlo,Consolas,'Courier New',monospace`
	width = 600 // of the text column, CSS pixels: some 66 characters
	inset = 24  // beside it
)

func newSheet(s *settings.Settings, base string) *sheet {
	h := &sheet{s: s, c: light(s), text: serif, base: base, rtl: rightToLeft(s.Language)}
	if s.Theme.Font == "sans" {
		h.text = sans
	}
	return h
}

// rightToLeft tells whether a language is written so.
func rightToLeft(language string) bool {
	primary, _, _ := strings.Cut(strings.ToLower(language), "-")
	switch primary {
	case "ar", "he", "iw", "fa", "ur", "yi", "ps", "sd", "ug", "dv", "ckb":
		return true
	}
	return false
}

func (h *sheet) dir() string {
	if h.rtl {
		return "rtl"
	}
	return "ltr"
}

// start and end are the sides at which lines begin and end.
func (h *sheet) start() string {
	if h.rtl {
		return "right"
	}
	return "left"
}

func (h *sheet) end() string {
	if h.rtl {
		return "left"
	}
	return "right"
}

func (h *sheet) put(parts ...string) {
	for _, p := range parts {
		h.b.WriteString(p)
	}
}

func (h *sheet) putf(format string, args ...any) { fmt.Fprintf(&h.b, format, args...) }

// table opens a layout table that no screen reader announces.
const layout = `<table role="presentation" cellpadding="0" cellspacing="0" border="0" width="100%"`

// css is the part of the style that cannot be inline. The two blocks are apart
// because Gmail drops a whole one for a rule it does not know.
func (h *sheet) css() string {
	d := dark(h.s)
	return strings.NewReplacer(
		"$paper", d.paper, "$ink", d.ink, "$soft", d.soft, "$line", d.line, "$code", d.code,
		"$on", d.onAccent, "$accent", d.accent, "$inset", fmt.Sprint(inset),
	).Replace(`<style>
body,table,td{-webkit-text-size-adjust:100%;text-size-adjust:100%}
img{-ms-interpolation-mode:bicubic}
.v{display:none!important}
@media only screen and (max-width:620px){
.p{padding-left:20px!important;padding-right:20px!important}
.h1{font-size:29px!important;line-height:34px!important}
.h2{font-size:24px!important;line-height:30px!important}
.t{font-size:17px!important;line-height:27px!important}
.cover{width:116px!important}
.thumb{width:104px!important}
}
</style>
<style>
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){
.g{background-color:$paper!important}
.i{color:$ink!important}
.s{color:$soft!important}
.a{color:$accent!important}
.l{border-color:$line!important}
.c{background-color:$code!important}
.k{border-color:$accent!important}
.x{background-color:$accent!important;border-color:$accent!important}
.o{color:$on!important}
}
</style>
`)
}
