// Package picturetest makes photos for tests that no camera would.
package picturetest

import (
	"bytes"
	"encoding/binary"
)

// Flat is a photo of one colour: each block of each component is a bit or two, so that
// it has hardly any bytes however many pixels it has.
type Flat struct {
	Width, Height int  // pixels
	Components    int  // 1 is grey, 3 are colours, 4 inks
	Progressive   bool // it ends after its first scan, which says all
	Adobe         bool // as Adobe writes it: three are red, green and blue
	Comment       string
}

// JPEG is the file. See ITU-T T.81, annexes B, F and G.
func (f Flat) JPEG() []byte {
	var b bytes.Buffer
	segment := func(marker byte, payload ...byte) {
		b.Write([]byte{0xff, marker})
		b.Write(binary.BigEndian.AppendUint16(nil, uint16(len(payload)+2)))
		b.Write(payload)
	}
	b.Write([]byte{0xff, 0xd8})
	segment(0xfe, []byte(f.Comment)...)
	if f.Adobe {
		segment(0xee, []byte("Adobe\x00\x64\x00\x00\x00\x00\x00")...)
	}
	segment(0xdb, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...)...)
	frame := []byte{8, byte(f.Height >> 8), byte(f.Height), byte(f.Width >> 8), byte(f.Width), byte(f.Components)}
	scan := []byte{byte(f.Components)}
	for c := range byte(f.Components) {
		frame = append(frame, c+1, 0x11, 0)
		scan = append(scan, c+1, 0)
	}
	marker, last, bits := byte(0xc0), byte(63), 2
	if f.Progressive {
		marker, last, bits = 0xc2, 0, 1
	}
	segment(marker, frame...)
	for _, table := range []byte{0x00, 0x10} { // one code, of one bit, for "nothing follows"
		segment(0xc4, append(append([]byte{table, 1}, make([]byte, 15)...), 0)...)
	}
	segment(0xda, append(scan, 0, last, 0)...)
	b.Write(make([]byte, (f.Width+7)/8*((f.Height+7)/8)*f.Components*bits/8+8))
	b.Write([]byte{0xff, 0xd9})
	return b.Bytes()
}
