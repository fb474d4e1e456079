package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"slices"
	"strings"
	"testing"

	"github.com/bep/imagemeta"
	"golang.org/x/image/draw"
	"pgregory.net/rapid"
)

// shownCorners says which stored quadrant stands where once an orientation is
// applied, after the table of EXIF 2.32, 4.6.4: it names for each value what the
// stored row 0 and column 0 are on the shown picture.
var shownCorners = [9][4]int{
	1: {0, 1, 2, 3}, // top, left
	2: {1, 0, 3, 2}, // top, right
	3: {3, 2, 1, 0}, // bottom, right
	4: {2, 3, 0, 1}, // bottom, left
	5: {0, 2, 1, 3}, // left, top
	6: {2, 0, 3, 1}, // right, top
	7: {3, 1, 2, 0}, // right, bottom
	8: {1, 3, 0, 2}, // left, bottom
}

func TestOrientationIsAppliedAndPlaceForgotten(t *testing.T) {
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		for o := 1; o <= 8; o++ {
			body := withSegment(encode(t, quadrants(203, 121)), 0xe1, "Exif\x00\x00"+string(exif(order, uint16(o))))
			body = withSegment(withSegment(body, 0xe1, "http://ns.adobe.com/xap/1.0/\x00"+xmp), 0xfe, "a secret comment")
			if found := tags(t, body, imagemeta.JPEG); !slices.Contains(found, "GPSLatitude") || !slices.Contains(found, "Make") {
				t.Fatalf("the test's own EXIF is not found: %v", found)
			}
			info, err := Inspect("x.jpg", body)
			if err != nil {
				t.Fatal(err)
			}
			want := Info{Format: "jpeg", Ext: "jpg", Width: 203, Height: 121, Widths: []int{203}}
			if o >= 5 {
				want = Info{Format: "jpeg", Ext: "jpg", Width: 121, Height: 203, Widths: []int{121}}
			}
			if info.Width != want.Width || info.Height != want.Height || !slices.Equal(info.Widths, want.Widths) || info.Format != "jpeg" || info.Ext != "jpg" {
				t.Errorf("orientation %d: %+v, want %+v", o, info, want)
			}
			p, err := Decode(body)
			if err != nil {
				t.Fatal(err)
			}
			for _, width := range []int{info.Width, info.Width / 2, 17} {
				out, err := p.JPEG(width)
				if err != nil {
					t.Fatal(err)
				}
				img, err := jpeg.Decode(bytes.NewReader(out))
				if err != nil {
					t.Fatal(err)
				}
				if img.Bounds().Dx() != width {
					t.Errorf("orientation %d: asked for a width of %d, got %v", o, width, img.Bounds())
				}
				var corner [4]color.RGBA
				for i, from := range shownCorners[o] {
					corner[i] = corners[from]
				}
				checkCorners(t, img, corner, 12+200/width*2) // the smaller, the more of it is edges
				if found := tags(t, out, imagemeta.JPEG); len(found) > 0 {
					t.Errorf("metadata is left: %v", found)
				}
				for _, secret := range []string{"SecretCam", "secret", "GPS", "Exif"} {
					if bytes.Contains(out, []byte(secret)) {
						t.Errorf("%q is left in the file", secret)
					}
				}
			}
		}
	}
}

func TestBrokenExifIsUpright(t *testing.T) {
	good := exif(binary.LittleEndian, 6)
	if got := exifOrientation(good); got != 6 {
		t.Fatalf("orientation %d", got)
	}
	for n := range good {
		if got := exifOrientation(good[:n]); got != 1 && got != 6 {
			t.Errorf("cut at %d: orientation %d", n, got)
		}
	}
	for _, bad := range [][]byte{nil, []byte("II*\x00\xff\xff\xff\xff"), []byte("MM\x00*\x00\x00\x00\x08\xff\xff"), exif(binary.BigEndian, 9), exif(binary.BigEndian, 0)} {
		if got := exifOrientation(bad); got != 1 {
			t.Errorf("%q: orientation %d", bad, got)
		}
	}
}

func TestOtherKindsOfJPEG(t *testing.T) {
	for name, tolerance := range map[string]int{"progressive.jpg": 8, "chroma422.jpg": 10, "cmyk.jpg": 10} {
		p, err := Decode(file(t, name))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, width := range []int{61, 30} {
			out, err := p.JPEG(width)
			if err != nil {
				t.Fatal(err)
			}
			img, err := jpeg.Decode(bytes.NewReader(out))
			if err != nil {
				t.Fatal(err)
			}
			if _, colour := img.(*image.YCbCr); !colour {
				t.Errorf("%s became %T", name, img)
			}
			checkCorners(t, img, corners, tolerance+400/width)
		}
	}
	p, err := Decode(file(t, "gray.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.JPEG(30)
	if err != nil {
		t.Fatal(err)
	}
	if img, err := jpeg.Decode(bytes.NewReader(out)); err != nil {
		t.Error(err)
	} else if _, gray := img.(*image.Gray); !gray {
		t.Errorf("a gray photo became %T", img)
	}
}

// TestScalingIsCatmullRom compares with x/image/draw, which works on floats and
// on all channels at once: no sample may differ by more than rounding.
func TestScalingIsCatmullRom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 90).Draw(t, "w"), rapid.IntRange(1, 90).Draw(t, "h")
		to, down := rapid.IntRange(1, 90).Draw(t, "to"), rapid.IntRange(1, 90).Draw(t, "down")
		pix := rapid.SliceOfN(rapid.Byte(), w*h, w*h).Draw(t, "pix")
		got := plane{pix: pix, stride: w, width: w, height: h}.scale(float64(w), float64(h), to, down, float64(to), float64(down))
		want := image.NewRGBA(image.Rect(0, 0, to, down))
		draw.CatmullRom.Scale(want, want.Rect, &image.Gray{Pix: pix, Stride: w, Rect: image.Rect(0, 0, w, h)}, image.Rect(0, 0, w, h), draw.Src, nil)
		for y := range down {
			for x := range to {
				a, b := int(got.pix[y*to+x]), int(want.Pix[want.PixOffset(x, y)])
				if d := a - b; d > 2 || d < -2 {
					t.Fatalf("%dx%d to %dx%d: at %d,%d %d, want %d", w, h, to, down, x, y, a, b)
				}
			}
		}
	})
}

func TestWidths(t *testing.T) {
	for natural, want := range map[int][]int{1: {1}, 480: {480}, 481: {480, 481}, 960: {480, 960}, 1000: {480, 960, 1000}, 1600: {480, 960, 1600}, 6000: {480, 960, 1600}} {
		if got := widths(natural); !slices.Equal(got, want) {
			t.Errorf("%d: %v, want %v", natural, got, want)
		}
	}
}

func TestCopiesAreDeterministicAndKeepTheShape(t *testing.T) {
	body := encode(t, quadrants(1000, 667))
	var first []byte
	for range 2 {
		p, err := Decode(body)
		if err != nil {
			t.Fatal(err)
		}
		out, err := p.JPEG(480)
		if err != nil {
			t.Fatal(err)
		}
		if first != nil && !bytes.Equal(first, out) {
			t.Error("two copies differ")
		}
		first = out
		if c, err := jpeg.DecodeConfig(bytes.NewReader(out)); err != nil || c.Width != 480 || c.Height != 320 {
			t.Errorf("%+v, %v", c, err)
		}
		if wide, err := p.JPEG(5000); err != nil {
			t.Error(err)
		} else if c, _ := jpeg.DecodeConfig(bytes.NewReader(wide)); c.Width != 1000 || c.Height != 667 {
			t.Errorf("wider than natural: %+v", c)
		}
	}
}

// profile is a colour profile's header with a description, long enough to be one.
func profile(space, name string) string {
	b := make([]byte, 132)
	copy(b[16:], space)
	return string(b) + name
}

func TestProfileThatColoursNeedIsKept(t *testing.T) {
	for _, c := range []struct {
		icc  string
		kept bool
	}{{profile("RGB ", "Display P3"), true}, {profile("RGB ", "sRGB IEC61966-2.1"), false}, {profile("CMYK", "Coated"), false}, {"short", false},
		{profile("RGB ", strings.Repeat("x", maxProfile)), false}} {
		body := withSegment(encode(t, quadrants(40, 40)), 0xe2, iccName+"\x01\x01"+c.icc)
		p, err := Decode(body)
		if err != nil {
			t.Fatal(err)
		}
		out, err := p.JPEG(20)
		if err != nil {
			t.Fatal(err)
		}
		if got := bytes.Contains(out, []byte(c.icc)); got != c.kept {
			t.Errorf("profile %.20q kept: %v, want %v", c.icc, got, c.kept)
		}
		if _, err := jpeg.Decode(bytes.NewReader(out)); err != nil {
			t.Error(err)
		}
	}
}

func TestDamagedPhotosAreExplained(t *testing.T) {
	body := encode(t, quadrants(120, 80))
	for n := range len(body) {
		_, err := Decode(body[:n])
		var e *Error
		if !errors.As(err, &e) || e.What == "" || e.Instead == "" {
			t.Fatalf("cut at %d of %d: %v", n, len(body), err)
		}
	}
	if _, err := Inspect("posts/a/x.jpg", body[:len(body)*2/3]); err == nil || !strings.HasPrefix(err.Error(), "x.jpg: the JPEG file is cut off") {
		t.Errorf("a photo cut off: %v", err)
	}
	broken := slices.Clone(body)
	copy(broken[len(broken)/2:], bytes.Repeat([]byte{0xff, 0xc4, 0, 1}, 10))
	if _, err := Decode(broken); err == nil {
		t.Error("a photo with rubbish in its pixels was decoded")
	}
}

func TestBombsAreRefusedByTheirHeader(t *testing.T) {
	body := encode(t, quadrants(16, 16))
	at := bytes.Index(body, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(body[at+5:], 60000)
	binary.BigEndian.PutUint16(body[at+7:], 60000)
	if _, err := Inspect("x.jpg", body); err == nil || !strings.Contains(err.Error(), "60000 × 60000") {
		t.Errorf("inspected: %v", err)
	}
	if _, err := Decode(body); err == nil || !strings.Contains(err.Error(), "60000 × 60000") {
		t.Errorf("decoded: %v", err)
	}
	body = file(t, "progressive.jpg")
	at = bytes.Index(body, []byte{0xff, 0xc2})
	binary.BigEndian.PutUint16(body[at+5:], 5000)
	binary.BigEndian.PutUint16(body[at+7:], 6000)
	for _, err := range []error{second(Inspect("x.jpg", body)), second(Decode(body))} {
		if err == nil || !strings.Contains(err.Error(), "progressive") {
			t.Errorf("a progressive photo of 30 megapixels: %v", err)
		}
	}
}

// second is the error of a pair.
func second[T any](_ T, err error) error { return err }
