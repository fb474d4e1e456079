package picture

import (
	"bytes"
	"encoding/binary"
)

// exifOrientation reads tag 0x0112 of the first directory of a TIFF structure
// (EXIF 2.32, 4.6.4): 1 upright, 2 to 8 mirrored or turned. Whatever cannot be
// read is upright.
func exifOrientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 1
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 1
	}
	n := uint64(order.Uint16(tiff[at:]))
	for i := range n {
		entry := at + 2 + 12*i
		if entry+12 > uint64(len(tiff)) {
			return 1
		}
		if order.Uint16(tiff[entry:]) != 0x0112 {
			continue
		}
		value := uint32(order.Uint16(tiff[entry+8:]))
		if order.Uint16(tiff[entry+2:]) == 4 { // a long, as some programs write it
			value = order.Uint32(tiff[entry+8:])
		}
		if value >= 1 && value <= 8 {
			return int(value)
		}
		return 1
	}
	return 1
}

// iccName begins an APP2 segment that holds a piece of a colour profile
// (ICC.1:2022, B.4): the name, the piece's number from 1, and how many there are.
const iccName = "ICC_PROFILE\x00"

// iccParts gathers the pieces of a profile in the order of the file.
type iccParts struct {
	next  int
	bytes []byte
	bad   bool
}

func (p *iccParts) add(payload []byte) {
	if !bytes.HasPrefix(payload, []byte(iccName)) || len(payload) < 14 {
		return
	}
	if int(payload[12]) != p.next+1 {
		p.bad = true
	}
	p.next++
	p.bytes = append(p.bytes, payload[14:]...)
}

// maxProfile is the largest profile that is carried over to the site's copies;
// those of cameras and phones have about 600 bytes.
const maxProfile = 16 << 10

// whole is the profile, if the copies need it: a wide-gamut photo, such as an
// iPhone's, looks dull without. Broken and very large ones, those of printers
// (whose pixels are converted), and sRGB itself are left out.
func (p *iccParts) whole() []byte {
	b := p.bytes
	if p.bad || len(b) < 132 || len(b) > maxProfile {
		return nil
	}
	space := string(b[16:20])
	if space != "RGB " && space != "GRAY" || bytes.Contains(b, []byte("sRGB")) || bytes.Contains(b, []byte("s\x00R\x00G\x00B")) {
		return nil
	}
	return b
}

// withProfile puts a colour profile behind the first marker of a JPEG.
func withProfile(jpeg, icc []byte) []byte {
	if len(icc) == 0 {
		return jpeg
	}
	out := make([]byte, 0, len(jpeg)+len(icc)+18)
	out = append(out, jpeg[:2]...)
	out = append(out, 0xff, 0xe2)
	out = binary.BigEndian.AppendUint16(out, uint16(2+14+len(icc)))
	out = append(out, iccName...)
	out = append(out, 1, 1)
	out = append(out, icc...)
	return append(out, jpeg[2:]...)
}
