package picture

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// jpegHeader is what stands before a JPEG's pixels (ITU-T T.81, annex B).
type jpegHeader struct {
	width, height int // as stored
	orientation   int // EXIF, 1 to 8
	icc           []byte
	scan          int // offset of the first scan
	components    int // 1, 3 or 4
	progressive   bool
	adobe         bool // its three components may be red, green and blue
}

// shown is the size after the orientation is applied.
func (h jpegHeader) shown() (width, height int) {
	if h.orientation >= 5 {
		return h.height, h.width
	}
	return h.width, h.height
}

// segment is one marker with its payload.
type segment struct {
	marker  byte
	from    int // offset of the 0xFF before the marker
	payload []byte
}

// readSegments walks the segments up to and including the first scan's header.
func readSegments(b []byte) ([]segment, error) {
	if len(b) < 4 || b[0] != 0xff || b[1] != 0xd8 {
		return nil, damaged("JPEG")
	}
	var out []segment
	for at := 2; ; {
		// A marker may be preceded by fill bytes, and careless programs leave others.
		for at < len(b) && b[at] != 0xff {
			at++
		}
		from := at
		for at < len(b) && b[at] == 0xff {
			at++
		}
		if at >= len(b) {
			return nil, cutOff("JPEG")
		}
		marker := b[at]
		at++
		if marker == 0 || marker == 0x01 || marker >= 0xd0 && marker <= 0xd8 {
			continue // without a payload
		}
		if marker == 0xd9 {
			return nil, damaged("JPEG") // the end before any pixels
		}
		if at+2 > len(b) {
			return nil, cutOff("JPEG")
		}
		n := int(binary.BigEndian.Uint16(b[at:]))
		if n < 2 {
			return nil, damaged("JPEG")
		}
		if at+n > len(b) {
			return nil, cutOff("JPEG")
		}
		if len(out) == maxPieces {
			return nil, inPieces()
		}
		out = append(out, segment{marker: marker, from: from, payload: b[at+2 : at+n]})
		at += n
		if marker == 0xda {
			return out, nil
		}
	}
}

// readJPEGHeader reads size, orientation and colour profile.
func readJPEGHeader(b []byte) (jpegHeader, error) {
	segments, err := readSegments(b)
	if err != nil {
		return jpegHeader{}, err
	}
	h := jpegHeader{orientation: 1}
	var profile iccParts
	exifSeen := false
	for _, s := range segments {
		switch {
		case s.marker == 0xe1 && !exifSeen && bytes.HasPrefix(s.payload, []byte("Exif\x00\x00")):
			h.orientation = exifOrientation(s.payload[6:])
			exifSeen = true
		case s.marker == 0xe2:
			profile.add(s.payload)
		case s.marker == 0xee:
			h.adobe = true
		case s.marker >= 0xc0 && s.marker <= 0xcf && s.marker != 0xc4 && s.marker != 0xc8 && s.marker != 0xcc:
			if len(s.payload) < 6 {
				return h, damaged("JPEG")
			}
			h.height = int(binary.BigEndian.Uint16(s.payload[1:]))
			h.width = int(binary.BigEndian.Uint16(s.payload[3:]))
			parts := s.payload[5]
			h.components, h.progressive = int(parts), s.marker == 0xc2
			if s.marker > 0xc2 || s.payload[0] != 8 || h.height == 0 || parts != 1 && parts != 3 && parts != 4 {
				return h, &Error{What: "this JPEG uses a rare way of storing pixels that browsers cannot show either.",
					Instead: "Open it in a picture program, save it as an ordinary JPEG, and upload that."}
			}
			if s.marker == 0xc2 && h.width*h.height > maxProgressive && h.width*h.height <= MaxPixels {
				return h, &Error{What: fmt.Sprintf("this JPEG has %d × %d pixels, stored in the progressive way, which takes too much memory to read.", h.width, h.height),
					Instead: fmt.Sprintf("Save it without “progressive”, or smaller (at most %d million pixels; 2000 pixels in width are plenty).", maxProgressive/1_000_000)}
			}
		case s.marker == 0xda:
			h.scan = s.from
		}
	}
	if h.width == 0 {
		return h, damaged("JPEG")
	}
	// The end marker of a whole file stands behind the pixels (the thumbnail's own
	// stands before them), perhaps followed by a camera's trailer.
	if bytes.LastIndex(b[h.scan:], []byte{0xff, 0xd9}) < 0 {
		return h, cutOff("JPEG")
	}
	h.icc = profile.whole()
	return h, nil
}

// stripJPEG keeps what decoding needs: the JFIF and Adobe headers, the colour
// profile, tables, frames and scans, up to the last end marker.
func stripJPEG(b []byte) ([]byte, error) {
	h, err := readJPEGHeader(b)
	if err != nil {
		return nil, err
	}
	segments, err := readSegments(b)
	if err != nil {
		return nil, err
	}
	out := append(make([]byte, 0, len(b)), 0xff, 0xd8)
	for _, s := range segments {
		keep := s.marker < 0xe0 || s.marker == 0xe0 && bytes.HasPrefix(s.payload, []byte("JFIF\x00")) && len(s.payload) == 14 ||
			s.marker == 0xe2 && bytes.HasPrefix(s.payload, []byte(iccName)) || s.marker == 0xee && bytes.HasPrefix(s.payload, []byte("Adobe"))
		if keep && s.marker != 0xda {
			out = append(out, 0xff, s.marker)
			out = binary.BigEndian.AppendUint16(out, uint16(len(s.payload)+2))
			out = append(out, s.payload...)
		}
	}
	scans, err := stripScans(b[h.scan:])
	if err != nil {
		return nil, err
	}
	return append(out, scans...), nil
}

// stripScans is the part of a JPEG from its first scan to its end, without the
// comments and application data that may stand between scans.
func stripScans(b []byte) ([]byte, error) {
	var out []byte
	for at := 0; at+1 < len(b); {
		if b[at] == 0xff && b[at+1] == 0xff {
			at++ // filling before a marker means nothing; before one that goes it would join what follows
			continue
		}
		if b[at] != 0xff || b[at+1] == 0 || b[at+1] >= 0xd0 && b[at+1] <= 0xd7 {
			out = append(out, b[at])
			at++
			continue
		}
		marker := b[at+1]
		if marker == 0xd9 {
			return append(out, 0xff, 0xd9), nil
		}
		if at+4 > len(b) {
			return nil, cutOff("JPEG")
		}
		end := at + 2 + int(binary.BigEndian.Uint16(b[at+2:]))
		if end > len(b) || end < at+4 {
			return nil, cutOff("JPEG")
		}
		if marker != 0xfe && (marker < 0xe0 || marker > 0xef) {
			out = append(out, b[at:end]...)
		}
		at = end
	}
	return nil, cutOff("JPEG")
}
