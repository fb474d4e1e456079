// Package picture makes an author's image files fit for the web: it checks them
// by their headers, turns photos the right way up, makes narrower copies, and
// takes out what they tell about the author (place, camera, time).
package picture

// Version changes whenever the bytes made of the same file would.
const Version = "1"

// Limits on what is accepted.
const (
	MaxBytes  = 30 << 20   // of the file
	MaxPixels = 50_000_000 // width × height
	// maxProgressive is the limit on progressive JPEGs, of which the decoder holds
	// all coefficients: up to 15 bytes a pixel instead of 3.
	maxProgressive = 24_000_000
	// maxPieces is the limit on what a file's structure is made of, its segments or
	// chunks: each is held for a moment, and a hostile file could be nothing else.
	maxPieces = 100_000
)

// widest is the width of the largest copy of a photo in pixels.
const widest = 1600

// Info is what the header of an image file says.
type Info struct {
	Format string // "jpeg", "png", "gif", "svg" or "webp"
	Ext    string // of the file on the site, without a dot: "jpg", "png", …
	// Width and Height are in pixels, as shown (after the photo's orientation is
	// applied). An SVG that names no size has zeros.
	Width, Height int
	// Widths are the copies to make of a JPEG, narrowest first; the last one is the
	// picture itself, at most 1600 pixels wide. Nil for other formats.
	Widths []int
}

// Error says why a file cannot be shown and what to do, in words for the author.
type Error struct {
	Name    string // of the file, as given to Inspect; empty where it was not known
	What    string // what is wrong
	Instead string // what to do
}

// Error is the whole message.
func (e *Error) Error() string {
	s := e.What
	if e.Instead != "" {
		s += " " + e.Instead
	}
	if e.Name != "" {
		return e.Name + ": " + s
	}
	return s
}

// widths are the copies to make of a photo of some natural width.
func widths(natural int) []int {
	var out []int
	for _, w := range []int{480, 960} {
		if w < natural {
			out = append(out, w)
		}
	}
	return append(out, min(natural, widest))
}
