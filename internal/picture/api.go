package picture

import (
	"bytes"
	"image"
	"image/jpeg"
)

func Inspect(name string, body []byte) (Info, error) {
	c, format, err := image.DecodeConfig(bytes.NewReader(body))
	if err != nil {
		return Info{}, &Error{Name: name, What: err.Error()}
	}
	return Info{Format: format, Ext: "jpg", Width: c.Width, Height: c.Height, Widths: widths(c.Width)}, nil
}

type Photo struct{ img image.Image }

func Decode(body []byte) (*Photo, error) {
	img, err := jpeg.Decode(bytes.NewReader(body))
	return &Photo{img}, err
}

func (p *Photo) JPEG(width int) ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, p.img, nil)
	return b.Bytes(), err
}

func SVG(body []byte) ([]byte, error) { return body, nil }

func Strip(format string, body []byte) ([]byte, error) { return body, nil }
