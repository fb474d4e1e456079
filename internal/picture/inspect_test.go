package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image/gif"
	"image/jpeg"
	"slices"
	"strings"
	"testing"

	"github.com/bep/imagemeta"
	"golang.org/x/image/webp"
)

func TestInspectTellsFormats(t *testing.T) {
	for name, c := range map[string]struct {
		body []byte
		want Info
	}{
		"png":  {encodePNG(t, quadrants(40, 30)), Info{Format: "png", Ext: "png", Width: 40, Height: 30}},
		"gif":  {file(t, "moving.gif"), Info{Format: "gif", Ext: "gif", Width: 20, Height: 16}},
		"vp8":  {file(t, "plain.webp"), Info{Format: "webp", Ext: "webp", Width: 61, Height: 45}},
		"vp8x": {file(t, "lossy.webp"), Info{Format: "webp", Ext: "webp", Width: 61, Height: 45}},
		"vp8l": {file(t, "lossless.webp"), Info{Format: "webp", Ext: "webp", Width: 61, Height: 45}},
		"anim": {file(t, "moving.webp"), Info{Format: "webp", Ext: "webp", Width: 20, Height: 16}},
		"gray": {file(t, "gray.jpg"), Info{Format: "jpeg", Ext: "jpg", Width: 61, Height: 45, Widths: []int{61}}},
		"svg":  {[]byte(`<svg viewBox="0 0 30 20"/>`), Info{Format: "svg", Ext: "svg", Width: 30, Height: 20}},
	} {
		// The name's ending does not matter.
		got, err := Inspect("posts/photo.jpeg", c.body)
		if err != nil || got.Format != c.want.Format || got.Ext != c.want.Ext || got.Width != c.want.Width || got.Height != c.want.Height || !slices.Equal(got.Widths, c.want.Widths) {
			t.Errorf("%s: %+v, %v, want %+v", name, got, err, c.want)
		}
	}
}

func TestInspectSaysWhatToDo(t *testing.T) {
	ftyp := func(brand string, more ...string) []byte {
		s := brand + "\x00\x00\x00\x00" + strings.Join(more, "")
		b := binary.BigEndian.AppendUint32(nil, uint32(8+len(s)))
		return append(append(b, "ftyp"+s...), make([]byte, 40)...)
	}
	for name, c := range map[string]struct {
		body []byte
		want string
	}{
		"IMG_1.HEIC": {ftyp("heic", "mif1", "heic"), "HEIC"},
		"IMG_2.HEIF": {ftyp("mif1", "heic"), "Preview and choose File → Export → JPEG"},
		"seq.heics":  {ftyp("msf1", "hevc"), "HEIC"},
		"odd.heif":   {ftyp("mif1", "xxxx"), "HEIC"},
		"a.avif":     {ftyp("avif", "mif1", "miaf"), "AVIF"},
		"real.avif":  {file(t, "photo.avif"), "Save it as JPEG"},
		"b.avif":     {ftyp("mif1", "avif"), "AVIF"},
		"c.cr3":      {ftyp("crx ", "isom"), "raw file"},
		"d.mov":      {ftyp("qt  "), "video"},
		"e.mp4":      {ftyp("isom", "mp41"), "video"},
		"f.tif":      {[]byte("II*\x00xxxxxxxx"), "TIFF"},
		"g.bmp":      {append([]byte("BM"), make([]byte, 60)...), "BMP"},
		"h.psd":      {[]byte("8BPS\x00\x01"), "Photoshop"},
		"i.pdf":      {[]byte("%PDF-1.7"), "PDF"},
		"j.jxl":      {[]byte("\xff\x0a\x00\x00"), "JPEG XL"},
		"k.jpg":      {[]byte("\n<!DOCTYPE html><html>"), "web page"},
		"l.jpg":      {[]byte("version https://git-lfs.github.com/spec/v1\n"), "git lfs pull"},
		"m.jpg":      {nil, "empty"},
		"n.jpg":      {[]byte("hello"), "JPEG, PNG, GIF, WebP or SVG"},
		"o.jpg":      {make([]byte, MaxBytes+1), "30 MB"},
		"p.svg":      {[]byte("<svg><g></svg>"), "not well-formed in line 1"},
	} {
		_, err := Inspect("posts/x/"+name, c.body)
		var e *Error
		if !errors.As(err, &e) || e.Name != name || !strings.Contains(err.Error(), c.want) || e.Instead == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestStripPNG(t *testing.T) {
	plain := encodePNG(t, quadrants(20, 10))
	body := withChunk(plain, "eXIf", string(exif(binary.BigEndian, 1)))
	for _, name := range []string{"tEXt", "zTXt", "tIME", "prVt"} {
		body = withChunk(body, name, "secret\x00place")
	}
	body = withChunk(body, "iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00"+xmp)
	body = append(body, "left over behind the end"...)
	if found := tags(t, body, imagemeta.PNG); !slices.Contains(found, "GPSLatitude") {
		t.Fatalf("the test's own EXIF is not found: %v", found)
	}
	got, err := Strip("png", body)
	if err != nil || !bytes.Equal(got, plain) {
		t.Errorf("not the plain file again: %v", err)
	}
	turned := withChunk(withChunk(plain, "tEXt", "secret"), "eXIf", string(exif(binary.LittleEndian, 6)))
	if info, err := Inspect("x.png", turned); err != nil || info.Width != 10 || info.Height != 20 {
		t.Errorf("a turned PNG: %+v, %v", info, err)
	}
	upright, err := Strip("png", turned)
	if err != nil || bytes.Contains(upright, []byte("ecret")) || !slices.Equal(tags(t, upright, imagemeta.PNG), []string{"Orientation"}) {
		t.Errorf("a turned PNG keeps more or less than its orientation: %v, %v", tags(t, upright, imagemeta.PNG), err)
	}
	if info, err := Inspect("x.png", upright); err != nil || info.Width != 10 {
		t.Errorf("stripped, it is no longer turned: %+v, %v", info, err)
	}
	kept := withChunk(plain, "gAMA", "\x00\x00\xb1\x8f")
	if got, err := Strip("png", kept); err != nil || !bytes.Equal(got, kept) {
		t.Errorf("a gamma chunk was changed: %v", err)
	}
	huge := slices.Clone(plain)
	binary.BigEndian.PutUint32(huge[16:], 100_000)
	if _, err := Inspect("x.png", huge); err == nil {
		t.Error("a header with a wrong checksum was taken")
	}
	binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29]))
	if _, err := Inspect("x.png", huge); err == nil || !strings.Contains(err.Error(), "100000 × 10") {
		t.Errorf("a very wide picture: %v", err)
	}
	cutEverywhere(t, "png", plain)
}

func TestStripGIF(t *testing.T) {
	body := append(file(t, "moving.gif"), "left over"...)
	if !bytes.Contains(body, []byte("Secret place")) || !bytes.Contains(body, []byte("NETSCAPE2.0")) {
		t.Fatal("the test file has lost its comment or its loop")
	}
	got, err := Strip("gif", body)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(got, []byte("Secret")) || bytes.Contains(got, []byte("left over")) || !bytes.Contains(got, []byte("NETSCAPE2.0")) {
		t.Error("the comment stayed, or the loop went")
	}
	before, _ := gif.DecodeAll(bytes.NewReader(body))
	after, err := gif.DecodeAll(bytes.NewReader(got))
	if err != nil || len(after.Image) != 2 || !slices.Equal(after.Delay, before.Delay) || after.LoopCount != before.LoopCount || !bytes.Equal(after.Image[1].Pix, before.Image[1].Pix) {
		t.Errorf("the animation changed: %v", err)
	}
	cutEverywhere(t, "gif", got)

	// The name counts only where it is one: eleven bytes in one piece.
	at := bytes.Index(got, []byte("\x21\xff\x0bNETSCAPE2.0"))
	odd := append(bytes.Clone(got[:at]), "\x21\xff\x0cNETSCAPE2.0x\x06secret\x00"...)
	if again, err := Strip("gif", append(odd, got[at:]...)); err != nil || !bytes.Equal(again, got) {
		t.Errorf("another application's data stayed: %v", err)
	}
}

func TestStripWebP(t *testing.T) {
	for _, name := range []string{"lossy.webp", "lossless.webp"} {
		body := file(t, name)
		if found := tags(t, body, imagemeta.WebP); !slices.Contains(found, "GPSLatitude") {
			t.Fatalf("%s has lost its EXIF: %v", name, found)
		}
		got, err := Strip("webp", body)
		if err != nil {
			t.Fatal(err)
		}
		if found := tags(t, got, imagemeta.WebP); len(found) > 0 || bytes.Contains(got, []byte("SecretCam")) || bytes.Contains(got, []byte("xmpmeta")) {
			t.Errorf("%s: metadata is left: %v", name, found)
		}
		if img, err := webp.Decode(bytes.NewReader(got)); err != nil {
			t.Errorf("%s: %v", name, err)
		} else {
			checkCorners(t, img, corners, 30)
		}
		cutEverywhere(t, "webp", got)
	}
	for _, name := range []string{"plain.webp", "moving.webp"} {
		if got, err := Strip("webp", file(t, name)); err != nil || !bytes.Equal(got, file(t, name)) {
			t.Errorf("%s, which has no metadata, was changed: %v", name, err)
		}
	}
}

// TestStripWebPInside: what a hostile or careless program put where only pictures belong.
func TestStripWebPInside(t *testing.T) {
	plain := file(t, "plain.webp")
	again := append(bytes.Clone(plain), "VP8X\x00\x00\x00\x00"...)
	binary.LittleEndian.PutUint32(again[4:], uint32(len(again)-8))
	if got, err := Strip("webp", again); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("a second header, and an empty one: %v", err)
	}

	moving := file(t, "moving.webp")
	at := bytes.Index(moving, []byte("ANMF"))
	length := binary.LittleEndian.Uint32(moving[at+4:])
	body := append(bytes.Clone(moving[:at+8+int(length)]), "EXIF\x06\x00\x00\x00secret"...)
	body = append(body, moving[at+8+int(length):]...)
	binary.LittleEndian.PutUint32(body[at+4:], length+14)
	binary.LittleEndian.PutUint32(body[4:], uint32(len(body)-8))
	if got, err := Strip("webp", body); err != nil || !bytes.Equal(got, moving) {
		t.Errorf("metadata inside a frame stayed: %v", err)
	}

	for name, body := range map[string]string{
		"header alone":       "VP8X\x0a\x00\x00\x00" + string(make([]byte, 10)),
		"frame without size": "VP8X\x0a\x00\x00\x00" + string(make([]byte, 10)) + "ANMF\x04\x00\x00\x00abcd",
		"frame of nothing":   "VP8X\x0a\x00\x00\x00" + string(make([]byte, 10)) + "ANMF\x10\x00\x00\x00" + string(make([]byte, 16)),
	} {
		whole := "RIFF" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)+4))) + "WEBP" + body
		if info, err := Inspect("x.webp", []byte(whole)); err == nil {
			t.Errorf("%s: taken, %+v", name, info)
		}
	}
}

func TestStripJPEG(t *testing.T) {
	for _, plain := range [][]byte{encode(t, quadrants(30, 20)), file(t, "progressive.jpg"), file(t, "cmyk.jpg")} {
		body := withSegment(withSegment(plain, 0xe1, "Exif\x00\x00"+string(exif(binary.BigEndian, 1))), 0xfe, "secret")
		body = append(body, "left over"...)
		got, err := Strip("jpeg", body)
		if err != nil {
			t.Fatal(err)
		}
		if found := tags(t, got, imagemeta.JPEG); len(found) > 0 || bytes.Contains(got, []byte("secret")) || bytes.Contains(got, []byte("left over")) {
			t.Errorf("metadata is left: %v", found)
		}
		want, _ := jpeg.Decode(bytes.NewReader(plain))
		img, err := jpeg.Decode(bytes.NewReader(got))
		if err != nil || !slices.Equal(encodePNG(t, img), encodePNG(t, want)) {
			t.Errorf("the pixels changed: %v", err)
		}
	}
	if _, err := Strip("heic", nil); err == nil {
		t.Error("an unknown format was stripped")
	}
}

// cutEverywhere holds that a file without its end is refused wherever it is cut.
func cutEverywhere(t *testing.T, format string, body []byte) {
	t.Helper()
	for n := range body {
		if _, err := Strip(format, body[:n]); err == nil {
			t.Fatalf("a %s cut at %d of %d was taken", format, n, len(body))
		}
	}
}
