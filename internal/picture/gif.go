package picture

import "encoding/binary"

// inspectGIF reads the size of the whole picture; animations are fine.
func inspectGIF(b []byte) (Info, error) {
	if _, err := stripGIF(b); err != nil {
		return Info{}, err
	}
	return Info{Format: "gif", Ext: "gif",
		Width: int(binary.LittleEndian.Uint16(b[6:])), Height: int(binary.LittleEndian.Uint16(b[8:]))}, nil
}

// stripGIF keeps frames, timing and looping (GIF89a specification), and drops
// comments, XMP and other applications' data, and what follows the end.
func stripGIF(b []byte) ([]byte, error) {
	if len(b) < 13 {
		return nil, cutOff("GIF")
	}
	at := 13 + colourTable(b[10])
	if at > len(b) {
		return nil, cutOff("GIF")
	}
	out := append(make([]byte, 0, len(b)), b[:at]...)
	frames := 0
	for at < len(b) {
		from, keep := at, true
		switch b[at] {
		case 0x3b: // the end
			if frames == 0 {
				return nil, damaged("GIF")
			}
			return append(out, 0x3b), nil
		case 0x21: // an extension
			if at+3 > len(b) {
				return nil, cutOff("GIF")
			}
			switch b[at+1] {
			case 0xf9, 0x01: // timing and transparency, plain text
			case 0xff:
				name := string(b[at+2 : min(len(b), at+14)]) // its length first, which is always 11
				keep = name == "\x0bNETSCAPE2.0" || name == "\x0bANIMEXTS1.0"
			default:
				keep = false
			}
			at += 2
		case 0x2c: // a frame
			if at+11 > len(b) {
				return nil, cutOff("GIF")
			}
			at += 10 + colourTable(b[at+9]) + 1
			frames++
		case 0: // padding that some programs leave between blocks
			at++
			continue
		default:
			return nil, damaged("GIF")
		}
		// Both kinds end in sub-blocks: a length, that many bytes, and so on to a zero.
		for {
			if at >= len(b) {
				return nil, cutOff("GIF")
			}
			n := int(b[at])
			at += 1 + n
			if n == 0 {
				break
			}
		}
		if keep {
			out = append(out, b[from:at]...)
		}
	}
	return nil, cutOff("GIF")
}

// colourTable is the length in bytes of the colour table that a packed field announces.
func colourTable(packed byte) int {
	if packed&0x80 == 0 {
		return 0
	}
	return 3 << (packed&7 + 1)
}
