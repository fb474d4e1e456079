package site

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// xmlWriter writes elements, one a line. What XML 1.0 forbids is left out.
type xmlWriter struct {
	w     *bytes.Buffer
	depth int
}

func newXML(w *bytes.Buffer) *xmlWriter {
	w.WriteString(`<?xml version="1.0" encoding="utf-8"?>` + "\n")
	return &xmlWriter{w: w}
}

// open starts an element; attributes are pairs of a name and a value.
func (x *xmlWriter) open(name string, attributes ...string) {
	x.start(name, attributes)
	x.w.WriteString(">\n")
	x.depth++
}

func (x *xmlWriter) close(name string) {
	x.depth--
	x.indent()
	x.w.WriteString("</" + name + ">\n")
}

// text writes an element with text in it.
func (x *xmlWriter) text(name, text string, attributes ...string) {
	x.start(name, attributes)
	x.w.WriteByte('>')
	x.w.WriteString(textEscaper.Replace(printable(text)))
	x.w.WriteString("</" + name + ">\n")
}

// html writes an element with HTML in it as text, in the form that stays readable
// and short.
func (x *xmlWriter) html(name, html string, attributes ...string) {
	x.start(name, attributes)
	x.w.WriteString("><![CDATA[")
	x.w.WriteString(strings.ReplaceAll(printable(html), "]]>", "]]]]><![CDATA[>"))
	x.w.WriteString("]]></" + name + ">\n")
}

// optional writes an element unless its text is empty.
func (x *xmlWriter) optional(name, text string, attributes ...string) {
	if text != "" {
		x.text(name, text, attributes...)
	}
}

// empty writes an element without content.
func (x *xmlWriter) empty(name string, attributes ...string) {
	x.start(name, attributes)
	x.w.WriteString("/>\n")
}

func (x *xmlWriter) start(name string, attributes []string) {
	x.indent()
	x.w.WriteString("<" + name)
	for i := 0; i+1 < len(attributes); i += 2 {
		x.w.WriteString(" " + attributes[i] + `="`)
		x.w.WriteString(attributeEscaper.Replace(printable(attributes[i+1])))
		x.w.WriteByte('"')
	}
}

func (x *xmlWriter) indent() {
	for range x.depth {
		x.w.WriteString("  ")
	}
}

// A carriage return would be read as a line feed, and white space in an attribute
// as a blank, were they not spelt out.
var (
	textEscaper      = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#xD;")
	attributeEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\t", "&#x9;", "\n", "&#xA;", "\r", "&#xD;")
)

// printable takes out what XML 1.0 forbids (its production Char) and the C1
// controls, which no reader can show: a text pasted from somewhere may hold them.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', r == '\r':
			return r
		case r < ' ', r >= 0x7f && r <= 0x9f, r == 0xfffe, r == 0xffff, r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
}
