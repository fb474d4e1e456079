package picture

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// Namespaces of SVG 2.
const (
	svgSpace   = "http://www.w3.org/2000/svg"
	xlinkSpace = "http://www.w3.org/1999/xlink"
	xmlSpace   = "http://www.w3.org/XML/1998/namespace"
)

// Bounds on drawings: of the file, its nesting, and the uses of its own entities.
const (
	maxSVG      = 8 << 20
	maxSVGDepth = 200
	maxEntities = 1000
)

// isSVG tells whether the first element of a text is <svg>.
func isSVG(b []byte) bool {
	s := bytes.TrimPrefix(b[:min(len(b), 64<<10)], []byte("\xef\xbb\xbf"))
	for {
		s = bytes.TrimLeft(s, " \t\r\n")
		var end string
		switch {
		case bytes.HasPrefix(s, []byte("<!--")):
			end = "-->"
		case bytes.HasPrefix(s, []byte("<?")):
			end = "?>"
		case bytes.HasPrefix(s, []byte("<!")):
			// A document type may hold declarations in brackets, with ">" in them.
			end = ">"
			if open, first := bytes.IndexByte(s, '['), bytes.IndexByte(s, '>'); open >= 0 && open < first {
				end = "]"
			}
		default:
			name := strings.TrimPrefix(string(s[:min(len(s), 64)]), "<")
			if len(s) == 0 || s[0] != '<' {
				return false
			}
			name = name[:len(name)-len(strings.TrimLeft(name, "abcdefghijklmnopqrstuvwxyz0123456789:"))]
			return name == "svg" || strings.HasSuffix(name, ":svg")
		}
		i := bytes.Index(s, []byte(end))
		if i < 0 {
			return false
		}
		s = bytes.TrimPrefix(s[i+len(end):], []byte(">"))
	}
}

// entity is a declaration as Adobe Illustrator writes them for namespaces. It is made
// when the first drawing comes: counting to 200 takes a large automaton, and a function
// that starts should not wait for it.
var entity = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`<!ENTITY\s+([A-Za-z_][\w.-]*)\s+(?:"([^"&<%]{0,200})"|'([^'&<%]{0,200})')\s*>`)
})

// SVG is the drawing reduced to what draws: elements, attributes and styles that
// are on a list of allowed ones. Scripts, event handlers, foreign elements,
// animations, links and every reference outside the file are gone; embedded
// photos lose their metadata. What comes out is unchanged by a second pass.
// Errors are [*Error].
func SVG(body []byte) ([]byte, error) {
	w, err := sanitise(body)
	if err != nil {
		return nil, err
	}
	return w.out.Bytes(), nil
}

// sanitise copies the allowed tokens.
func sanitise(body []byte) (*svgWriter, error) {
	if len(body) > maxSVG {
		return nil, &Error{What: "the drawing is larger than 8 MB.", Instead: "Save it as PNG or JPEG and upload that."}
	}
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))))
	d.Entity = map[string]string{}
	d.CharsetReader = func(charset string, input io.Reader) (io.Reader, error) {
		if c := strings.ToLower(charset); c == "us-ascii" || c == "ascii" {
			return input, nil
		}
		return nil, &Error{What: "the drawing is saved with the encoding " + charset + ".", Instead: "Save it as UTF-8 and upload it again."}
	}
	entities := 0 // that could be, counted once there is anything to expand
	w := &svgWriter{limit: 4*len(body) + 4096, elements: words(svgElements), attributes: words(svgAttributes)}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			var e *Error
			if errors.As(err, &e) {
				return nil, e
			}
			return nil, notWellFormed(err)
		}
		switch t := token.(type) {
		case xml.Directive:
			for _, m := range entity().FindAllStringSubmatch("<!"+string(t)+">", -1) {
				d.Entity[m[1]] = m[2] + m[3]
			}
			// The decoder expands all of a text at once, before its length can be seen.
			if len(d.Entity) > 0 && entities == 0 {
				entities = 1 + bytes.Count(body, []byte("&"))
			}
			if entities > 1+maxEntities {
				return nil, measureless()
			}
		case xml.StartElement:
			w.start(t)
		case xml.EndElement:
			w.end()
		case xml.CharData:
			w.text(string(t))
		}
		if w.depth() > maxSVGDepth || w.out.Len() > w.limit {
			return nil, measureless()
		}
	}
	if w.out.Len() == 0 || w.depth() > 0 {
		return nil, damaged("SVG")
	}
	return w, nil
}

// measureless is the error about a drawing that is made to use up memory.
func measureless() *Error {
	return &Error{What: "the drawing is nested or repeated beyond all measure.", Instead: "Save it as PNG and upload that."}
}

// notWellFormed puts the parser's error into words.
func notWellFormed(err error) *Error {
	e := &Error{What: "the SVG file is not well-formed.", Instead: "Open it in a drawing program, save it as plain SVG, and upload that."}
	var s *xml.SyntaxError
	if errors.As(err, &s) {
		e.What = "the SVG file is not well-formed in line " + strconv.Itoa(s.Line) + " (" + s.Msg + ")."
	}
	return e
}

// inspectSVG reads the size that the root element names, else its view box.
func inspectSVG(b []byte) (Info, error) {
	w, err := sanitise(b)
	if err != nil {
		return Info{}, err
	}
	info := Info{Format: "svg", Ext: "svg"}
	width, height := pixels(w.root["width"]), pixels(w.root["height"])
	if box := strings.FieldsFunc(w.root["viewBox"], func(c rune) bool { return c == ' ' || c == ',' || c == '\n' || c == '\t' }); len(box) == 4 {
		bw, bh := number(box[2]), number(box[3])
		switch {
		case bw <= 0 || bh <= 0:
		case width == 0 && height == 0:
			width, height = bw, bh
		case width == 0:
			width = height * bw / bh
		case height == 0:
			height = width * bh / bw
		}
	}
	if width > 0 && height > 0 && width < 100_000 && height < 100_000 {
		info.Width, info.Height = max(1, int(math.Round(width))), max(1, int(math.Round(height)))
	}
	return info, nil
}

// unit is a CSS unit in pixels; 0 for relative ones, which have no size of their own.
func unit(name string) float64 {
	switch name {
	case "", "px":
		return 1
	case "pt":
		return 4.0 / 3
	case "pc":
		return 16
	case "in":
		return 96
	case "cm":
		return 96 / 2.54
	case "mm":
		return 96 / 25.4
	}
	return 0
}

// pixels is a length; 0 if it has none that is absolute.
func pixels(s string) float64 {
	s = strings.TrimSpace(s)
	value := strings.TrimRight(s, "abcdefghijklmnopqrstuvwxyz%")
	return max(0, number(value)*unit(s[len(value):]))
}

// number is a finite number; 0 if it is none.
func number(s string) float64 {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
		return 0
	}
	return x
}
