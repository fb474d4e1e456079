package picture

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestSVG(t *testing.T) {
	files, _ := filepath.Glob("testdata/svg/*.svg")
	if len(files) < 4 {
		t.Fatal("the drawings are missing")
	}
	for _, name := range files {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := SVG(body)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		checkHarmless(t, got)
		golden := strings.TrimSuffix(name, ".svg") + ".golden"
		if *update {
			if err := os.WriteFile(golden, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(golden); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %v, got:\n%s", name, err, got)
		}
	}
}

// checkHarmless reads a drawing with its own eyes: no element, attribute or value
// that can run or load anything.
func checkHarmless(t *testing.T, svg []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(svg))
	style := false
	for n := 0; ; n++ {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("what came out is not well-formed: %v\n%s", err, svg)
		}
		switch e := token.(type) {
		case xml.Directive, xml.ProcInst, xml.Comment:
			t.Fatalf("%T is left", token)
		case xml.StartElement:
			if e.Name.Space != svgSpace || n == 0 && e.Name.Local != "svg" {
				t.Fatalf("the element %v is left", e.Name)
			}
			switch strings.ToLower(e.Name.Local) {
			case "script", "foreignobject", "iframe", "a", "animate", "set", "feimage", "handler", "metadata", "link":
				t.Fatalf("the element %s is left", e.Name.Local)
			}
			style = e.Name.Local == "style"
			for _, a := range e.Attr {
				value := strings.ToLower(strings.Join(strings.Fields(a.Value), ""))
				switch {
				case a.Name.Local == "xmlns", a.Name.Local == "href" && strings.HasPrefix(value, "#"):
				case strings.HasPrefix(strings.ToLower(a.Name.Local), "on"):
					t.Fatalf("the handler %s is left", a.Name.Local)
				case a.Name.Local == "href" && e.Name.Local == "image":
					if !strings.HasPrefix(value, "data:image/") || strings.Contains(value, "svg") {
						t.Fatalf("the image %s is left", value)
					}
				case a.Name.Local == "href" && !strings.HasPrefix(value, "#"), strings.Contains(value, "script:"), strings.Contains(value, "://"), strings.Contains(value, "@import"):
					t.Fatalf("%s=%q is left", a.Name.Local, a.Value)
				}
			}
		case xml.EndElement:
			style = false
		case xml.CharData:
			if s := strings.ToLower(string(e)); style && (strings.Contains(s, "@import") || strings.Contains(s, "url(http")) {
				t.Fatalf("the style %q is left", s)
			}
		}
	}
}

func TestSVGSizes(t *testing.T) {
	for svg, want := range map[string][2]int{
		`<svg width="120" height="80px"/>`:                                    {120, 80},
		`<svg viewBox="0 0 30.4 20.6"/>`:                                      {30, 21},
		`<svg width="100%" height="100%" viewBox="-5 -5 10, 20"/>`:            {10, 20},
		`<svg width="60" viewBox="0 0 30 20"/>`:                               {60, 40},
		`<svg height="60" viewBox="0 0 30 20"/>`:                              {90, 60},
		`<svg width="1in" height="25.4mm"/>`:                                  {96, 96},
		`<svg width="NaN" height="1e999"/>`:                                   {0, 0},
		`<svg/>`:                                                              {0, 0},
		`<svg width="-5" height="0" viewBox="0 0 0 0"/>`:                      {0, 0},
		"\xef\xbb\xbf<!-- > --><!DOCTYPE svg><svg width='3pt' height='3pt'/>": {4, 4},
	} {
		info, err := Inspect("x.svg", []byte(svg))
		if err != nil || info.Width != want[0] || info.Height != want[1] {
			t.Errorf("%s: %+v, %v", svg, info, err)
		}
	}
}

func TestSVGEmbeddedPhotoLosesItsPlace(t *testing.T) {
	photo := withSegment(encode(t, quadrants(20, 20)), 0xe1, "Exif\x00\x00"+string(exif(binary.BigEndian, 1)))
	svg := `<svg xmlns="http://www.w3.org/2000/svg"><image width="2" href="data:image/jpeg;base64,` + base64.StdEncoding.EncodeToString(photo)[:80] + "\n" + base64.StdEncoding.EncodeToString(photo)[80:] + `"/></svg>`
	got, err := SVG([]byte(svg))
	if err != nil {
		t.Fatal(err)
	}
	_, data, ok := strings.Cut(string(got), ";base64,")
	if !ok {
		t.Fatalf("the photo is gone: %s", got)
	}
	raw, err := base64.StdEncoding.DecodeString(data[:strings.IndexByte(data, '"')])
	if err != nil || bytes.Contains(raw, []byte("SecretCam")) {
		t.Errorf("the camera's name is left: %v", err)
	}
	if _, err := Decode(raw); err != nil {
		t.Error(err)
	}
}

func TestSVGRefusals(t *testing.T) {
	lol := `<!DOCTYPE svg [<!ENTITY a "` + strings.Repeat("x", 200) + `"><!ENTITY b "&a;&a;">]><svg><text>` + strings.Repeat("&a;", 50_000) + `</text></svg>`
	for name, svg := range map[string]string{
		"entities":   lol,
		"recursion":  `<!DOCTYPE svg [<!ENTITY a "&b;"><!ENTITY b "&a;">]><svg><text>&a;</text></svg>`,
		"deep":       "<svg>" + strings.Repeat("<g>", 1000) + strings.Repeat("</g>", 1000) + "</svg>",
		"cut off":    `<svg><g>`,
		"no drawing": `<html><svg/></html>`,
		"external":   `<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg><text>&x;</text></svg>`,
		"encoding":   `<?xml version="1.0" encoding="utf-7"?><svg/>`,
		"empty":      ``,
	} {
		var e *Error
		if got, err := SVG([]byte(svg)); !errors.As(err, &e) || e.Instead == "" {
			t.Errorf("%s: %.100s, %v", name, got, err)
		}
	}
}

// FuzzSVG holds that whatever comes out is well-formed, harmless and stays as it
// is in a second pass.
func FuzzSVG(f *testing.F) {
	files, _ := filepath.Glob("testdata/svg/*.svg")
	for _, name := range files {
		body, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Add([]byte(`<svg><style>a{b:c}</style><style>}{</style><text xml:space="preserve" x="&#10;1">a&#13;b</text></svg>`))
	f.Add([]byte(`<svg xmlns="http://www.w3.org/2000/svg"><g xmlns="x"><svg xmlns="http://www.w3.org/2000/svg"/></g><switch><a><path d=""/></a></switch></svg>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := SVG(body)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("an error without words: %v", err)
			}
			return
		}
		checkHarmless(t, got)
		if again, err := SVG(got); err != nil || !bytes.Equal(again, got) {
			t.Fatalf("a second pass changes it: %v\n%s\n%s", err, got, again)
		}
		if !isSVG(got) {
			t.Fatalf("not known as a drawing any more: %s", got)
		}
	})
}
