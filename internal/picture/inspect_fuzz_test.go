package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"golang.org/x/image/webp"
)

// FuzzInspect holds that any bytes are accepted or explained, that what is
// accepted can be stripped, that stripping it again changes nothing, and that
// whoever could read the file can read what is left of it.
func FuzzInspect(f *testing.F) {
	f.Add(encode(f, quadrants(9, 7)))
	f.Add(withSegment(encode(f, quadrants(9, 7)), 0xe1, "Exif\x00\x00"+string(exif(binary.LittleEndian, 6))))
	f.Add(encodePNG(f, quadrants(9, 7)))
	f.Add(withChunk(encodePNG(f, quadrants(9, 7)), "eXIf", string(exif(binary.BigEndian, 8))))
	f.Add([]byte(`<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "b">]><svg width="3cm" viewBox="0,0 2 2"><path d="M0 0"/></svg>`))
	for _, name := range []string{"moving.gif", "lossy.webp", "lossless.webp", "moving.webp", "gray.jpg"} {
		f.Add(file(f, name))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		body = mended(body)
		info, err := Inspect("x", body)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.What == "" {
				t.Fatalf("an error without words: %v", err)
			}
			return
		}
		if info.Format == "svg" {
			return // FuzzSVG
		}
		if info.Width < 1 || info.Height < 1 || info.Width*info.Height > MaxPixels {
			t.Fatalf("%+v", info)
		}
		once, err := Strip(info.Format, body)
		if err != nil {
			if info.Format == "jpeg" {
				return // damage between scans is not seen by the header
			}
			t.Fatalf("accepted, then not stripped: %v", err)
		}
		if again, err := Strip(info.Format, once); err != nil || !bytes.Equal(again, once) {
			t.Fatalf("stripping twice differs: %v", err)
		}
		if info.Width*info.Height > 1<<16 {
			return
		}
		before, err := shown(info.Format, body)
		if err != nil {
			return
		}
		if after, err := shown(info.Format, once); err != nil || after != before {
			t.Fatalf("it showed %v; stripped, it shows %v, %v", before, after, err)
		}
		if info.Format == "jpeg" {
			p, err := Decode(body)
			if err != nil {
				t.Fatalf("others can read it: %v", err)
			}
			if w, h := p.Size(); w != info.Width || h != info.Height {
				t.Fatalf("inspected as %+v, decoded as %d × %d", info, w, h)
			}
			if _, err := p.JPEG(5); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// seen is what a decoder sees.
type seen struct {
	size   image.Point
	frames int
	pixels uint32 // a checksum of what is shown first; of a WebP none
}

// shown reads a file with a decoder that is not ours.
func shown(format string, body []byte) (seen, error) {
	var img image.Image
	var err error
	frames := 1
	switch format {
	case "jpeg":
		img, err = jpeg.Decode(bytes.NewReader(body))
	case "png":
		img, err = png.Decode(bytes.NewReader(body))
	case "gif":
		var all *gif.GIF
		if all, err = gif.DecodeAll(bytes.NewReader(body)); err == nil {
			img, frames = all.Image[0], len(all.Image)
		}
	case "webp":
		// The pixels may be more than the header says, and make the test slow.
		c, err := webp.DecodeConfig(bytes.NewReader(body))
		return seen{size: image.Pt(c.Width, c.Height)}, err
	}
	if err != nil {
		return seen{}, err
	}
	sum := crc32.NewIEEE()
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			r, g, b, a := img.At(x, y).RGBA()
			_, _ = sum.Write([]byte{byte(r >> 8), byte(g >> 8), byte(b >> 8), byte(a >> 8)})
		}
	}
	return seen{size: img.Bounds().Size(), frames: frames, pixels: sum.Sum32()}, nil
}

// mended puts right the checksums of a PNG, which a change made at random breaks.
func mended(body []byte) []byte {
	if sniff(body) != "png" {
		return body
	}
	body = bytes.Clone(body)
	for at := len(pngSignature); at+12 <= len(body); {
		n := uint64(binary.BigEndian.Uint32(body[at:]))
		if uint64(at)+12+n > uint64(len(body)) {
			break
		}
		end := at + 12 + int(n)
		binary.BigEndian.PutUint32(body[end-4:], crc32.ChecksumIEEE(body[at+4:end-4]))
		at = end
	}
	return body
}
