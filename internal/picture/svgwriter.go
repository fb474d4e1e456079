package picture

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"strings"
	"unicode"
)

// treatment is what becomes of an element.
type treatment int

const (
	dropped   treatment = iota // with all that is in it
	unwrapped                  // its content stays
	written
)

// svgWriter writes the allowed part of a drawing.
type svgWriter struct {
	out   bytes.Buffer
	limit int
	stack []openElement

	elements, attributes map[string]bool   // that are allowed
	root                 map[string]string // the root's attributes that were written
	css                  strings.Builder   // of the style element that is open
}

type openElement struct {
	name string
	done treatment
	bare bool // its start tag is not closed yet, for nothing was written inside
}

func (w *svgWriter) depth() int { return len(w.stack) }

// start takes an element's start tag.
func (w *svgWriter) start(t xml.StartElement) {
	e := openElement{name: t.Name.Local, done: w.treat(t)}
	if e.done == written {
		w.closeTag()
		w.out.WriteString("<" + e.name)
		if len(w.stack) == 0 {
			w.out.WriteString(` xmlns="` + svgSpace + `"`)
			w.root = map[string]string{}
		}
		w.writeAttributes(e.name, t.Attr)
		e.bare = true
		if e.name == "style" {
			w.css.Reset()
		}
	}
	w.stack = append(w.stack, e)
}

// treat decides about an element.
func (w *svgWriter) treat(t xml.StartElement) treatment {
	foreign := t.Name.Space != svgSpace && t.Name.Space != "" && t.Name.Space != "svg"
	if len(w.stack) == 0 {
		if w.out.Len() > 0 || foreign || t.Name.Local != "svg" {
			return dropped
		}
		return written
	}
	switch inside := w.stack[len(w.stack)-1]; {
	case inside.done == dropped || foreign || inside.name == "style" || inside.name == "title" || inside.name == "desc":
		return dropped
	case t.Name.Local == "a" || t.Name.Local == "switch":
		return unwrapped
	case !w.elements[t.Name.Local]:
		return dropped
	}
	if t.Name.Local == "image" && w.image(t.Attr) == "" {
		return dropped
	}
	return written
}

// closeTag ends the start tag of the innermost element that was written.
func (w *svgWriter) closeTag() {
	for i := len(w.stack) - 1; i >= 0; i-- {
		if w.stack[i].done == written {
			if w.stack[i].bare {
				w.out.WriteByte('>')
				w.stack[i].bare = false
			}
			return
		}
	}
}

// end takes an end tag. The decoder has checked that it fits.
func (w *svgWriter) end() {
	e := w.stack[len(w.stack)-1]
	if e.done == written {
		if e.name == "style" {
			if css := cleanSheet(w.css.String()); css != "" {
				w.closeTag()
				e.bare = false
				escape(&w.out, css)
			}
		}
		if e.bare {
			w.out.WriteString("/>")
		} else {
			w.out.WriteString("</" + e.name + ">")
		}
	}
	w.stack = w.stack[:len(w.stack)-1]
}

// text takes character data, which counts only inside elements that show or describe it.
func (w *svgWriter) text(s string) {
	in := ""
	for i := len(w.stack) - 1; i >= 0 && in == ""; i-- {
		switch w.stack[i].done {
		case dropped:
			return
		case written:
			in = w.stack[i].name
		}
	}
	switch in {
	case "style":
		w.css.WriteString(s)
	case "text", "tspan", "textPath", "title", "desc":
		w.closeTag()
		escape(&w.out, s)
	}
}

// writeAttributes writes the allowed ones in their order, each once.
func (w *svgWriter) writeAttributes(element string, all []xml.Attr) {
	seen := map[string]bool{}
	for _, a := range all {
		name, value := a.Name.Local, a.Value
		switch {
		case name == "href" && (a.Name.Space == "" || a.Name.Space == xlinkSpace || a.Name.Space == "xlink"):
			if seen[name] {
				continue // before the picture is decoded once more
			}
			if element == "image" {
				value = w.image(all)
			} else if value = strings.TrimSpace(value); !fragment(value) {
				continue
			}
		case a.Name.Space == xmlSpace || a.Name.Space == "xml":
			if name != "space" && name != "lang" || !safeValue(value) {
				continue
			}
			name = "xml:" + name
		case a.Name.Space != "":
			continue
		case name == "style":
			if value = cleanDeclarations(value); value == "" {
				continue
			}
		case !w.attributes[name] && !strings.HasPrefix(name, "aria-") || !plainName(name) || !safeValue(value):
			continue
		}
		if seen[name] {
			continue
		}
		seen[name] = true
		if len(w.stack) == 0 {
			w.root[name] = value
		}
		w.out.WriteString(" " + name + `="`)
		escape(&w.out, value)
		w.out.WriteByte('"')
	}
}

// image is the data address of an embedded raster image, freed of metadata;
// empty if there is none that may stay.
func (w *svgWriter) image(all []xml.Attr) string {
	for _, a := range all {
		if a.Name.Local != "href" {
			continue
		}
		kind, data, ok := strings.Cut(strings.TrimSpace(a.Value), ";base64,")
		if !ok || !strings.HasPrefix(kind, "data:image/") {
			continue
		}
		data = strings.Map(func(c rune) rune {
			if unicode.IsSpace(c) {
				return -1
			}
			return c
		}, data)
		raw, err := base64.StdEncoding.DecodeString(data)
		if err != nil {
			continue
		}
		format := sniff(raw)
		if format == "svg" {
			continue
		}
		clean, err := Strip(format, raw)
		if err != nil {
			continue
		}
		return "data:image/" + format + ";base64," + base64.StdEncoding.EncodeToString(clean)
	}
	return ""
}

// escape writes text so that it is only text, in an attribute as well.
func escape(out *bytes.Buffer, s string) {
	for _, c := range s {
		switch c {
		case '&':
			out.WriteString("&amp;")
		case '<':
			out.WriteString("&lt;")
		case '>':
			out.WriteString("&gt;")
		case '"':
			out.WriteString("&quot;")
		case '\r':
			out.WriteString("&#xD;")
		case '\n':
			out.WriteString("&#xA;")
		case '\t':
			out.WriteString("&#x9;")
		default:
			out.WriteRune(c)
		}
	}
}
