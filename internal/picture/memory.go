package picture

// Memory is how many bytes [Decode] may hold at once besides the file, or a little more;
// 0 for what it does not decode. It reads nothing but the header.
func Memory(body []byte) int64 {
	if len(body) > MaxBytes || sniff(body) != "jpeg" {
		return 0
	}
	h, err := readJPEGHeader(body)
	if err != nil || withinLimits(Info{Format: "jpeg", Width: h.width, Height: h.height}) != nil {
		return 0
	}
	return h.memory()
}

// memory adds up what image/jpeg and the conversion after it hold of each pixel: a byte
// of each component, of a progressive one also four for its coefficients, and of inks
// and of red, green and blue four more for the pixels they are first made into. Only
// edges come on top, for the decoder fills up blocks of at most 32 pixels each way.
func (h jpegHeader) memory() int64 {
	each := int64(h.components)
	if h.progressive {
		each += 4 * each
	}
	if h.components == 4 || h.components == 3 && h.adobe {
		each += 4
	}
	blocks := func(n int) int64 { return int64(n+31) / 32 * 32 }
	return each * blocks(h.width) * blocks(h.height)
}
