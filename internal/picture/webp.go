package picture

import (
	"encoding/binary"
	"slices"
)

// riffChunk is one chunk of a WebP file.
type riffChunk struct {
	name string
	data []byte
}

// webpChunks walks a WebP file (RFC 9649).
func webpChunks(b []byte) ([]riffChunk, error) {
	if len(b) < 20 {
		return nil, cutOff("WebP")
	}
	size := uint64(binary.LittleEndian.Uint32(b[4:]))
	if size+8 > uint64(len(b)) {
		return nil, cutOff("WebP")
	}
	if size < 4 {
		return nil, damaged("WebP")
	}
	return riffChunks(b[12 : size+8])
}

// riffChunks walks the chunks of a file, or of one frame of an animation.
func riffChunks(b []byte) ([]riffChunk, error) {
	var out []riffChunk
	for at := 0; at+8 <= len(b); {
		n := uint64(binary.LittleEndian.Uint32(b[at+4:]))
		if uint64(at)+8+n > uint64(len(b)) {
			return nil, cutOff("WebP")
		}
		if len(out) == maxPieces {
			return nil, inPieces()
		}
		end := at + 8 + int(n)
		out = append(out, riffChunk{name: string(b[at : at+4]), data: b[at+8 : end]})
		at = end + int(n&1) // chunks begin at even offsets
	}
	return out, nil
}

// frameHeader is the number of bytes before the chunks of an animation's frame:
// place, size, duration and flags.
const frameHeader = 16

// frameChunks walks one frame of an animation.
func frameChunks(data []byte) ([]riffChunk, error) {
	if len(data) < frameHeader {
		return nil, damaged("WebP")
	}
	return riffChunks(data[frameHeader:])
}

// hasPixels tells whether there is a picture among the chunks.
func hasPixels(chunks []riffChunk) bool {
	return slices.ContainsFunc(chunks, func(c riffChunk) bool { return c.name == "VP8 " || c.name == "VP8L" })
}

// inspectWebP reads the size from the first chunk, whichever of three it is.
func inspectWebP(b []byte) (Info, error) {
	chunks, err := webpChunks(b)
	if err != nil {
		return Info{}, err
	}
	info := Info{Format: "webp", Ext: "webp"}
	if len(chunks) == 0 || len(chunks[0].data) < 5 {
		return info, damaged("WebP")
	}
	d := chunks[0].data
	switch chunks[0].name {
	case "VP8X":
		if len(d) < 10 {
			return info, damaged("WebP")
		}
		info.Width = 1 + (int(d[4]) | int(d[5])<<8 | int(d[6])<<16)
		info.Height = 1 + (int(d[7]) | int(d[8])<<8 | int(d[9])<<16)
	case "VP8L":
		if d[0] != 0x2f {
			return info, damaged("WebP")
		}
		bits := binary.LittleEndian.Uint32(d[1:])
		info.Width, info.Height = 1+int(bits&0x3fff), 1+int(bits>>14&0x3fff)
	case "VP8 ":
		if len(d) < 10 || d[3] != 0x9d || d[4] != 0x01 || d[5] != 0x2a {
			return info, damaged("WebP")
		}
		info.Width = int(binary.LittleEndian.Uint16(d[6:]) & 0x3fff)
		info.Height = int(binary.LittleEndian.Uint16(d[8:]) & 0x3fff)
	default:
		return info, damaged("WebP")
	}
	shown := hasPixels(chunks)
	for _, c := range chunks {
		if c.name != "ANMF" {
			continue
		}
		inside, err := frameChunks(c.data)
		if err != nil {
			return info, err
		}
		if !hasPixels(inside) {
			return info, damaged("WebP")
		}
		shown = true
	}
	if !shown {
		return info, damaged("WebP")
	}
	return info, nil
}

// stripWebP keeps pixels, animation and colour profile, drops EXIF, XMP and what
// it does not know, and takes the flags of what is gone out of the header.
func stripWebP(b []byte) ([]byte, error) {
	if _, err := inspectWebP(b); err != nil {
		return nil, err
	}
	chunks, err := webpChunks(b)
	if err != nil {
		return nil, err
	}
	out := append(make([]byte, 0, len(b)), "RIFF\x00\x00\x00\x00WEBP"...)
	for i, c := range chunks {
		data := c.data
		switch c.name {
		case "VP8X":
			if i > 0 {
				continue // only the first means anything, and only it has been looked at
			}
			data = slices.Clone(data)
			data[0] &^= 0x08 | 0x04 // EXIF, XMP
		case "ANMF":
			inside, err := frameChunks(data)
			if err != nil {
				return nil, err
			}
			data = slices.Clone(data[:frameHeader])
			for _, c := range inside {
				if c.name == "VP8 " || c.name == "VP8L" || c.name == "ALPH" {
					data = appendChunk(data, c.name, c.data)
				}
			}
		case "VP8 ", "VP8L", "ALPH", "ANIM", "ICCP":
		default:
			continue
		}
		out = appendChunk(out, c.name, data)
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out, nil
}

// appendChunk writes a chunk, filled up to an even length.
func appendChunk(out []byte, name string, data []byte) []byte {
	out = append(out, name...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(data)))
	out = append(out, data...)
	if len(data)%2 == 1 {
		out = append(out, 0)
	}
	return out
}
