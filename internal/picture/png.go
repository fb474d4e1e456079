package picture

import (
	"encoding/binary"
	"hash/crc32"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

// pngKept tells the chunks that decide what is seen (W3C PNG, third edition, with
// animation); all others, such as eXIf, tEXt, iTXt, zTXt and tIME, go.
func pngKept(name string) bool {
	switch name {
	case "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "bKGD", "sBIT", "pHYs", "gAMA", "cHRM", "sRGB", "iCCP", "cICP", "mDCV", "cLLI", "acTL", "fcTL", "fdAT":
		return true
	}
	return false
}

// pngChunk is one chunk, whole: length, name, data and checksum.
type pngChunk struct {
	name string
	data []byte
	raw  []byte
}

// pngChunks walks a PNG up to its end chunk, checksums included.
func pngChunks(b []byte) ([]pngChunk, error) {
	if len(b) < len(pngSignature) || string(b[:len(pngSignature)]) != pngSignature {
		return nil, damaged("PNG")
	}
	var out []pngChunk
	for at := len(pngSignature); ; {
		if at+12 > len(b) {
			return nil, cutOff("PNG")
		}
		n := uint64(binary.BigEndian.Uint32(b[at:]))
		if uint64(at)+12+n > uint64(len(b)) {
			return nil, cutOff("PNG")
		}
		end := at + 12 + int(n)
		c := pngChunk{name: string(b[at+4 : at+8]), data: b[at+8 : end-4], raw: b[at:end]}
		if crc32.ChecksumIEEE(b[at+4:end-4]) != binary.BigEndian.Uint32(b[end-4:]) {
			return nil, damaged("PNG")
		}
		if len(out) == 0 && (c.name != "IHDR" || len(c.data) != 13) {
			return nil, damaged("PNG")
		}
		if len(out) == maxPieces {
			return nil, inPieces()
		}
		out = append(out, c)
		if c.name == "IEND" {
			return out, nil
		}
		at = end
	}
}

func inspectPNG(b []byte) (Info, error) {
	chunks, err := pngChunks(b)
	if err != nil {
		return Info{}, err
	}
	pixels := false
	for _, c := range chunks {
		pixels = pixels || c.name == "IDAT"
	}
	if !pixels {
		return Info{}, damaged("PNG")
	}
	info := Info{Format: "png", Ext: "png",
		Width: int(binary.BigEndian.Uint32(chunks[0].data)), Height: int(binary.BigEndian.Uint32(chunks[0].data[4:]))}
	if pngOrientation(chunks) >= 5 {
		info.Width, info.Height = info.Height, info.Width
	}
	return info, nil
}

// pngOrientation is what the EXIF chunk says; browsers heed it (Chromium does,
// while it ignores that of a WebP).
func pngOrientation(chunks []pngChunk) int {
	for _, c := range chunks {
		if c.name == "eXIf" {
			return exifOrientation(c.data)
		}
	}
	return 1
}

// orientationChunk is an EXIF chunk that holds nothing but the orientation.
func orientationChunk(orientation int) []byte {
	b := []byte("\x00\x00\x00\x1aeXIfMM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00")
	b = append(b, byte(orientation), 0, 0, 0, 0, 0, 0)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

func stripPNG(b []byte) ([]byte, error) {
	chunks, err := pngChunks(b)
	if err != nil {
		return nil, err
	}
	out := append(make([]byte, 0, len(b)), pngSignature...)
	orientation := pngOrientation(chunks)
	for i, c := range chunks {
		if pngKept(c.name) {
			out = append(out, c.raw...)
		}
		if i == 0 && orientation != 1 {
			out = append(out, orientationChunk(orientation)...)
		}
	}
	return out, nil
}
