package picture

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
)

// quality is JPEG's, of all copies.
const quality = 80

// Photo is a decoded JPEG, from which copies of several widths are made.
type Photo struct {
	width, height int // as stored
	orientation   int
	icc           []byte
	gray          bool
	luma          plane
	blue, red     plane // chroma; smaller than luma by across and down
	across, down  int
}

// Decode reads the pixels of a JPEG: baseline or progressive, gray, colour or
// CMYK. Errors are [*Error].
func Decode(body []byte) (*Photo, error) {
	if len(body) > MaxBytes || sniff(body) != "jpeg" {
		if _, err := inspect(body); err != nil {
			return nil, err
		}
		return nil, &Error{What: "this is not a JPEG."}
	}
	h, err := readJPEGHeader(body)
	if err != nil {
		return nil, err
	}
	if err := withinLimits(Info{Format: "jpeg", Width: h.width, Height: h.height}); err != nil {
		return nil, err
	}
	img, err := jpeg.Decode(bytes.NewReader(body))
	if err != nil {
		if err.Error() == "unexpected EOF" {
			return nil, cutOff("JPEG")
		}
		return nil, damaged("JPEG")
	}
	size := img.Bounds().Size()
	p := &Photo{width: size.X, height: size.Y, orientation: h.orientation, icc: h.icc, across: 1, down: 1}
	switch m := img.(type) {
	case *image.Gray:
		p.gray = true
		p.luma = plane{pix: m.Pix, stride: m.Stride, width: size.X, height: size.Y}
	case *image.YCbCr:
		p.setYCbCr(m)
	default:
		p.icc = nil // the profile is of inks, or of pixels we just converted
		p.setYCbCr(toYCbCr(img))
	}
	return p, nil
}

// setYCbCr takes over the planes of an image.
func (p *Photo) setYCbCr(m *image.YCbCr) {
	switch m.SubsampleRatio {
	case image.YCbCrSubsampleRatio422:
		p.across = 2
	case image.YCbCrSubsampleRatio420:
		p.across, p.down = 2, 2
	case image.YCbCrSubsampleRatio440:
		p.down = 2
	case image.YCbCrSubsampleRatio411:
		p.across = 4
	case image.YCbCrSubsampleRatio410:
		p.across, p.down = 4, 2
	}
	w, h := (p.width+p.across-1)/p.across, (p.height+p.down-1)/p.down
	p.luma = plane{pix: m.Y, stride: m.YStride, width: p.width, height: p.height}
	p.blue = plane{pix: m.Cb, stride: m.CStride, width: w, height: h}
	p.red = plane{pix: m.Cr, stride: m.CStride, width: w, height: h}
}

// toYCbCr converts CMYK and RGB pixels, without subsampling.
func toYCbCr(img image.Image) *image.YCbCr {
	b := img.Bounds()
	out := image.NewYCbCr(image.Rect(0, 0, b.Dx(), b.Dy()), image.YCbCrSubsampleRatio444)
	for y := range b.Dy() {
		for x := range b.Dx() {
			var r, g, bl uint8
			switch m := img.(type) {
			case *image.CMYK:
				i := m.PixOffset(b.Min.X+x, b.Min.Y+y)
				r, g, bl = color.CMYKToRGB(m.Pix[i], m.Pix[i+1], m.Pix[i+2], m.Pix[i+3])
			default:
				c := color.RGBAModel.Convert(img.At(b.Min.X+x, b.Min.Y+y)).(color.RGBA)
				r, g, bl = c.R, c.G, c.B
			}
			i := y*out.YStride + x
			out.Y[i], out.Cb[i], out.Cr[i] = color.RGBToYCbCr(r, g, bl)
		}
	}
	return out
}

// Size is the photo's width and height in pixels, as shown.
func (p *Photo) Size() (width, height int) {
	return jpegHeader{width: p.width, height: p.height, orientation: p.orientation}.shown()
}

// JPEG is a copy of some width, the right way up and without metadata but a
// colour profile that the colours need. A width beyond the natural one is taken
// for that. The bytes depend on nothing but the photo, the width and [Version].
func (p *Photo) JPEG(width int) ([]byte, error) {
	naturalWidth, naturalHeight := p.Size()
	width = min(max(1, width), naturalWidth)
	height := max(1, int(math.Round(float64(naturalHeight)*float64(width)/float64(naturalWidth))))
	if width == naturalWidth {
		height = naturalHeight
	}
	// Scaled as stored, then turned, so that only few pixels are turned.
	w, h := width, height
	if p.orientation >= 5 {
		w, h = height, width
	}
	luma := p.luma.scale(float64(p.width), float64(p.height), w, h, float64(w), float64(h)).turn(p.orientation)
	rect := image.Rect(0, 0, width, height)
	var img image.Image
	if p.gray {
		img = &image.Gray{Pix: luma.pix, Stride: luma.stride, Rect: rect}
	} else {
		// Chroma is halved, as the encoder does anyway, but for turned photos, whose
		// odd edges would not fall on the same samples.
		ratio, step := image.YCbCrSubsampleRatio420, 2
		if p.orientation != 1 {
			ratio, step = image.YCbCrSubsampleRatio444, 1
		}
		chroma := func(c plane) plane {
			return c.scale(float64(p.width)/float64(p.across), float64(p.height)/float64(p.down),
				(w+step-1)/step, (h+step-1)/step, float64(w)/float64(step), float64(h)/float64(step)).turn(p.orientation)
		}
		blue, red := chroma(p.blue), chroma(p.red)
		img = &image.YCbCr{Y: luma.pix, YStride: luma.stride, Cb: blue.pix, Cr: red.pix, CStride: blue.stride, SubsampleRatio: ratio, Rect: rect}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: quality}); err != nil {
		return nil, err
	}
	return withProfile(out.Bytes(), p.icc), nil
}
