package picture

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// svgPieces are what drawings at random are made of: tags, attributes and values that
// sanitisers have been got around with.
var svgPieces = func() []string {
	all := []string{"<!DOCTYPE svg [<!ENTITY a \"x\"><!ENTITY b '//e'>]>", "/>", ">", ">", "text ", "&a;", "&b;", "<![CDATA[</style><script>]]>", "<!-- x -->", "<?xml-stylesheet href='x'?>",
		"a{fill:url(#a)}", "@import url(//e);", "b{c:d", "}", "a{b:/*}*/c}", "*/", "/*", "a,b>c{d:e;f:url(//g)}", "\\"}
	for _, tag := range strings.Fields("svg g defs use title desc style text image filter feImage a switch script foreignObject animate set xlink:a svg:svg svg:script x:g h:p") {
		all = append(all, "<"+tag, "</"+tag+">")
	}
	values := []string{"#a", "url(#a)", "url(http://e/x)", "javascript:alert(1)", "java&#10;script:alert(1)", "#javascript:x", "data:image/png;base64,AAAA", "data:image/svg+xml;base64,AAAA",
		"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "http://www.w3.org/1999/xhtml", "fill:red;background:url(//e)", `u\72l(//e)`, "red;}*{x:y", "x-script:red", "/ /e", "&lt;script&gt;",
		"expression(1)", "image-set('x' 1x)", "@import 'x'", "]]>", "&quot;&gt;&lt;script&gt;", "10", "src(&quot;//e&quot;)", "URL( #a )", "--x:url(#a)", "var(--x)"}
	names := strings.Fields("id href xlink:href xml:base xml:space style onload fill filter xmlns xmlns:x xmlns:h aria-label xml:lang svg:href type")
	for i := range values {
		for j := range names {
			if (i+j)%3 == 0 { // enough of them to a byte or two
				all = append(all, " "+names[j]+`="`+values[i]+`"`)
			}
		}
	}
	return all
}()

// FuzzSVGPieces is FuzzSVG with drawings in which two bytes stand for one of the pieces.
func FuzzSVGPieces(f *testing.F) {
	f.Add([]byte{1, 0, 3, 0})
	f.Add([]byte("\x13\x00\x50\x00\x02\x00\x21\x00\x61\x00\x01\x00"))
	f.Fuzz(func(t *testing.T, choice []byte) {
		var body strings.Builder
		body.WriteString(`<svg xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:x="urn:x" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:svg="http://www.w3.org/2000/svg">`)
		var open []string
		within := false // a start tag
		for i := 0; i+1 < len(choice) && i < 100; i += 2 {
			piece := svgPieces[(int(choice[i])|int(choice[i+1])<<8)%len(svgPieces)]
			tag, starts := strings.CutPrefix(piece, "<")
			starts = starts && tag[0] >= 'a' && tag[0] <= 'z'
			attribute := piece[0] == ' '
			// Only what is well-formed gets far: tags are closed, and in their order.
			if within && !attribute {
				if body.WriteString(">"); piece == ">" {
					within = false
					continue
				}
				within = false
			}
			switch {
			case attribute != within && attribute, piece == "/>", piece == ">", strings.HasPrefix(piece, "<!D"):
				continue
			case starts:
				open, within = append(open, tag), true
			case strings.HasPrefix(piece, "</"):
				if len(open) == 0 {
					continue
				}
				piece, open = "</"+open[len(open)-1]+">", open[:len(open)-1]
			}
			body.WriteString(piece)
		}
		if within {
			body.WriteString(">")
		}
		for i := len(open) - 1; i >= 0; i-- {
			body.WriteString("</" + open[i] + ">")
		}
		body.WriteString("</svg>")
		got, err := SVG([]byte(body.String()))
		if err != nil {
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("an error without words: %v", err)
			}
			return
		}
		checkHarmless(t, got)
		if again, err := SVG(got); err != nil || !bytes.Equal(again, got) {
			t.Fatalf("a second pass changes it: %v\n%s\n%s\n%s", err, body.String(), got, again)
		}
	})
}
