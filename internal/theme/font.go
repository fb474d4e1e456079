package theme

// The files of the faces that nearly every page shows first.
const (
	faceText = "alegreya-latin-wght-normal.woff2"
	faceUI   = "figtree-latin-wght-normal.woff2"
)
