package picture

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"testing"

	"github.com/bep/imagemeta"
)

// corners are the colours of the four quadrants of a test picture: top left, top
// right, bottom left, bottom right.
var corners = [4]color.RGBA{{200, 30, 30, 255}, {30, 160, 40, 255}, {30, 50, 200, 255}, {230, 200, 20, 255}}

// quadrants draws a test picture.
func quadrants(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, corners[x*2/w+y*2/h*2])
		}
	}
	return img
}

func encode(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 92}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encodePNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif writes a TIFF structure by hand: IFD0 with Make, Orientation and a pointer to
// a GPS directory that holds a latitude of 53° 44' 30" north.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	b := []byte("II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		b = []byte("MM\x00*")
	}
	entry := func(tag, kind uint16, count, value uint32) {
		b = order.AppendUint16(b, tag)
		b = order.AppendUint16(b, kind)
		b = order.AppendUint32(b, count)
		if kind == 3 { // shorts stand in the first half of the field
			b = order.AppendUint16(b, uint16(value))
			b = append(b, 0, 0)
			return
		}
		b = order.AppendUint32(b, value)
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 3)
	const makeAt, gpsAt, latAt = 8 + 2 + 3*12 + 4, 8 + 2 + 3*12 + 4 + 10, 8 + 2 + 3*12 + 4 + 10 + 2 + 2*12 + 4
	entry(0x010f, 2, 10, makeAt)
	entry(0x0112, 3, 1, uint32(orientation))
	entry(0x8825, 4, 1, gpsAt)
	b = order.AppendUint32(b, 0)
	b = append(b, "SecretCam\x00"...)
	b = order.AppendUint16(b, 2)
	b = order.AppendUint16(b, 1) // GPSLatitudeRef, ASCII "N"
	b = order.AppendUint16(b, 2)
	b = order.AppendUint32(b, 2)
	b = append(b, 'N', 0, 0, 0)
	entry(0x0002, 5, 3, latAt)
	b = order.AppendUint32(b, 0)
	for _, v := range []uint32{53, 1, 44, 1, 30, 1} {
		b = order.AppendUint32(b, v)
	}
	return b
}

// withSegment puts a segment behind a JPEG's first marker.
func withSegment(jpeg []byte, marker byte, payload string) []byte {
	out := append([]byte{}, jpeg[:2]...)
	out = append(out, 0xff, marker)
	out = binary.BigEndian.AppendUint16(out, uint16(len(payload)+2))
	out = append(out, payload...)
	return append(out, jpeg[2:]...)
}

// withChunk puts a chunk behind a PNG's header chunk.
func withChunk(png []byte, name, data string) []byte {
	const at = 8 + 25
	out := append([]byte{}, png[:at]...)
	out = binary.BigEndian.AppendUint32(out, uint32(len(data)))
	out = append(out, name...)
	out = append(out, data...)
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE([]byte(name+data)))
	return append(out, png[at:]...)
}

const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="53,44.5N"/></rdf:RDF></x:xmpmeta>`

// tags are the names of all metadata that an independent reader finds.
func tags(t testing.TB, body []byte, format imagemeta.ImageFormat) []string {
	t.Helper()
	var found []string
	_, err := imagemeta.Decode(imagemeta.Options{R: bytes.NewReader(body), ImageFormat: format, Sources: imagemeta.EXIF | imagemeta.XMP | imagemeta.IPTC,
		ShouldHandleTag: func(imagemeta.TagInfo) bool { return true },
		HandleTag:       func(i imagemeta.TagInfo) error { found = append(found, i.Tag); return nil }})
	if err != nil {
		t.Fatalf("the metadata cannot be read: %v", err)
	}
	return found
}

func file(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// checkCorners compares the middle of each quadrant with what is expected there.
func checkCorners(t *testing.T, img image.Image, want [4]color.RGBA, tolerance int) {
	t.Helper()
	b := img.Bounds()
	for i, c := range want {
		x, y := b.Dx()*(1+i%2*2)/4, b.Dy()*(1+i/2*2)/4
		got := color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)
		for _, d := range []int{int(got.R) - int(c.R), int(got.G) - int(c.G), int(got.B) - int(c.B)} {
			if d > tolerance || d < -tolerance {
				t.Errorf("quadrant %d is %v, want %v", i, got, c)
				break
			}
		}
	}
}
