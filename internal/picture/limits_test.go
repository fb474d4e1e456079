package picture

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestLimits: at each limit a picture is taken, one step beyond it is refused in words.
// README.md lists them.
func TestLimits(t *testing.T) {
	for _, limit := range []struct {
		name, words string
		most        int
		body        func(n int) []byte
	}{
		{"bytes", "at most 30 MB", MaxBytes, func(n int) []byte { return padded(encode(t, quadrants(8, 8)), n) }},
		{"pixels of a PNG", "at most 50 million pixels", MaxPixels / 5000, func(n int) []byte { return sizedPNG(t, 5000, n) }},
		{"pixels of a JPEG", "at most 50 million pixels", MaxPixels / 5000, func(n int) []byte { return sizedJPEG(encode(t, quadrants(8, 8)), 5000, n) }},
		{"pixels of a progressive JPEG", "24 million", maxProgressive / 6000, func(n int) []byte {
			return sizedJPEG(bytes.Replace(encode(t, quadrants(8, 8)), []byte{0xff, 0xc0}, []byte{0xff, 0xc2}, 1), 6000, n)
		}},
		{"width", "pixels", 65_535, func(n int) []byte { return sizedPNG(t, n, 1) }},
		{"segments of a JPEG", "pieces", maxPieces, func(n int) []byte {
			plain := encode(t, quadrants(8, 8))
			segments, _ := readSegments(plain)
			return append([]byte("\xff\xd8"+strings.Repeat("\xff\xfe\x00\x02", n-len(segments))), plain[2:]...)
		}},
		{"chunks of a PNG", "pieces", maxPieces, func(n int) []byte {
			plain := encodePNG(t, quadrants(8, 8))
			chunks, _ := pngChunks(plain)
			empty := withChunk(plain, "teXt", "")[8+25:][:12]
			return append(append(bytes.Clone(plain[:8+25]), bytes.Repeat(empty, n-len(chunks))...), plain[8+25:]...)
		}},
		{"chunks of a WebP", "pieces", maxPieces, func(n int) []byte {
			body := append(file(t, "plain.webp"), strings.Repeat("NONE\x00\x00\x00\x00", n-1)...)
			binary.LittleEndian.PutUint32(body[4:], uint32(len(body)-8))
			return body
		}},
		{"bytes of a drawing", "8 MB", maxSVG, func(n int) []byte {
			const around = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>`
			return []byte(strings.Replace(around, "></", ">"+strings.Repeat(" ", n-len(around))+"</", 1))
		}},
		{"groups in each other", "", maxSVGDepth - 1, func(n int) []byte {
			return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">%s%s</svg>`, strings.Repeat("<g>", n), strings.Repeat("</g>", n))
		}},
	} {
		t.Run(limit.name, func(t *testing.T) {
			take := func(n int) error {
				info, err := Inspect("x", limit.body(n))
				if err == nil && info.Format == "svg" {
					_, err = SVG(limit.body(n))
				} else if err == nil {
					_, err = Strip(info.Format, limit.body(n))
				}
				return err
			}
			if err := take(limit.most); err != nil {
				t.Errorf("at the limit of %d: %v", limit.most, err)
			}
			if err := take(limit.most + 1); err == nil || !strings.Contains(err.Error(), limit.words) {
				t.Errorf("beyond the limit of %d: %v", limit.most, err)
			}
		})
	}
}

// TestNoQuadratic: the work grows with the file. What was looked through again for
// each of its pieces took minutes, or for ever.
func TestNoQuadratic(t *testing.T) {
	for name, svg := range map[string]string{
		"declarations": `<!DOCTYPE svg [<!ENTITY a "b">]>` + strings.Repeat("<!a>", 1_500_000) + "<svg/>",
		"one picture under many names": `<svg><image href="data:image/png;base64,` + base64.StdEncoding.EncodeToString(encodePNG(t, noise(600))) + `" ` +
			strings.Repeat(`href="" `, 500_000) + "/></svg>",
	} {
		if _, err := SVG([]byte(svg)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A drawing has no pixels, so that no number of them is too large.
	if info, err := Inspect("map.svg", []byte(`<svg viewBox="0 0 20000 30000"/>`)); err != nil || info.Width != 20_000 {
		t.Errorf("%+v, %v", info, err)
	}
}

// noise is a picture that does not compress.
func noise(size int) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	rand.NewChaCha8([32]byte{}).Read(img.Pix)
	return img
}

// padded makes a JPEG so many bytes long, with comments.
func padded(body []byte, n int) []byte {
	missing := n - len(body)
	out := append(make([]byte, 0, n), body[:2]...)
	for missing > 0 {
		size := min(missing, 60_000)
		if rest := missing - size; rest > 0 && rest < 4 {
			size -= 4
		}
		out = append(out, 0xff, 0xfe)
		out = binary.BigEndian.AppendUint16(out, uint16(size-2))
		out = append(out, make([]byte, size-4)...)
		missing -= size
	}
	return append(out, body[2:]...)
}

// sizedPNG is a PNG whose header names a size.
func sizedPNG(t *testing.T, w, h int) []byte {
	body := encodePNG(t, image.NewGray(image.Rect(0, 0, 8, 8)))
	binary.BigEndian.PutUint32(body[16:], uint32(w))
	binary.BigEndian.PutUint32(body[20:], uint32(h))
	binary.BigEndian.PutUint32(body[29:], crc32.ChecksumIEEE(body[12:29]))
	return body
}

// sizedJPEG is a JPEG whose header names a size.
func sizedJPEG(body []byte, w, h int) []byte {
	for i := 2; i+9 < len(body); i += 2 + int(binary.BigEndian.Uint16(body[i+2:])) {
		if body[i+1] == 0xc0 || body[i+1] == 0xc2 {
			binary.BigEndian.PutUint16(body[i+5:], uint16(h))
			binary.BigEndian.PutUint16(body[i+7:], uint16(w))
			break
		}
	}
	return body
}
