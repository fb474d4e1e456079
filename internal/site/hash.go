package site

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"time"
)

// sum gathers inputs for a digest. Every value is written with its length or in a
// fixed form, so that two different sequences of inputs never look alike.
type sum struct{ b []byte }

func (h *sum) reset() { h.b = h.b[:0] }

func (h *sum) text(s string) {
	h.b = binary.AppendUvarint(h.b, uint64(len(s)))
	h.b = append(h.b, s...)
}

func (h *sum) number(n int) { h.b = binary.AppendVarint(h.b, int64(n)) }

func (h *sum) float(x float64) { h.b = binary.LittleEndian.AppendUint64(h.b, math.Float64bits(x)) }

func (h *sum) flag(f bool) {
	if f {
		h.b = append(h.b, 1)
	} else {
		h.b = append(h.b, 0)
	}
}

// moment writes an instant and the offset it is shown with.
func (h *sum) moment(t time.Time) {
	_, offset := t.Zone()
	h.b = binary.AppendVarint(h.b, t.Unix())
	h.b = binary.AppendVarint(h.b, int64(t.Nanosecond()))
	h.b = binary.AppendVarint(h.b, int64(offset))
}

// mark writes a digest made before.
func (h *sum) mark(m mark) { h.b = append(h.b, m[:]...) }

// mark is a digest in few bytes. 128 bits: a million outputs collide by chance
// with a probability of about 10⁻²⁷.
type mark [16]byte

func (h *sum) done() mark {
	full := sha256.Sum256(h.b)
	return mark(full[:16])
}

func (h *sum) hex() string {
	m := h.done()
	return hex.EncodeToString(m[:])
}
