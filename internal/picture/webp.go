package picture

import "encoding/binary"

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
	b = b[:size+8]
	var out []riffChunk
	for at := 12; at+8 <= len(b); {
		n := uint64(binary.LittleEndian.Uint32(b[at+4:]))
		if uint64(at)+8+n > uint64(len(b)) {
			return nil, cutOff("WebP")
		}
		end := at + 8 + int(n)
		out = append(out, riffChunk{name: string(b[at : at+4]), data: b[at+8 : end]})
		at = end + int(n&1) // chunks begin at even offsets
	}
	return out, nil
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
	for _, c := range chunks {
		data := c.data
		switch c.name {
		case "VP8X":
			data = append([]byte(nil), data...)
			data[0] &^= 0x08 | 0x04 // EXIF, XMP
		case "VP8 ", "VP8L", "ALPH", "ANIM", "ANMF", "ICCP":
		default:
			continue
		}
		out = append(out, c.name...)
		out = binary.LittleEndian.AppendUint32(out, uint32(len(data)))
		out = append(out, data...)
		if len(data)%2 == 1 {
			out = append(out, 0)
		}
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out, nil
}
