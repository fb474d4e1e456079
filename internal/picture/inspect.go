package picture

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"strings"
)

// Inspect reads the header of an image file, told apart by its content, not its
// name. It does not decode pixels, so it is cheap; but it walks the file's
// structure, so that what it accepts can be shown, save for damage inside a
// photo's pixels, which only [Decode] sees. Errors are [*Error] with the name in them.
func Inspect(name string, body []byte) (Info, error) {
	info, err := inspect(body)
	if err == nil {
		err = withinLimits(info)
	}
	if err != nil {
		var e *Error
		if !errors.As(err, &e) {
			e = &Error{What: err.Error()}
		}
		return Info{}, &Error{Name: path.Base(name), What: e.What, Instead: e.Instead}
	}
	return info, nil
}

func inspect(body []byte) (Info, error) {
	if len(body) == 0 {
		return Info{}, &Error{What: "the file is empty.", Instead: "Upload the picture again."}
	}
	if len(body) > MaxBytes {
		return Info{}, &Error{What: fmt.Sprintf("the file has %d MB.", len(body)>>20),
			Instead: fmt.Sprintf("Save the picture smaller (at most %d MB) and upload it again.", MaxBytes>>20)}
	}
	switch format := sniff(body); format {
	case "jpeg":
		h, err := readJPEGHeader(body)
		if err != nil {
			return Info{}, err
		}
		w, hgt := h.shown()
		return Info{Format: format, Ext: "jpg", Width: w, Height: hgt, Widths: widths(w)}, nil
	case "png":
		return inspectPNG(body)
	case "gif":
		return inspectGIF(body)
	case "webp":
		return inspectWebP(body)
	case "svg":
		return inspectSVG(body)
	default:
		return Info{}, unusable(format)
	}
}

// withinLimits refuses pictures whose pixels would not fit into memory. A drawing has none.
func withinLimits(i Info) error {
	if i.Format == "svg" {
		return nil
	}
	if i.Width < 1 || i.Height < 1 {
		return &Error{What: "the picture has no size.", Instead: "Save it again from a picture program."}
	}
	if i.Width*i.Height > MaxPixels || i.Width > 65_535 || i.Height > 65_535 {
		return &Error{What: fmt.Sprintf("the picture has %d × %d pixels.", i.Width, i.Height),
			Instead: fmt.Sprintf("Save it smaller (at most %d million pixels; 2000 pixels in width are plenty).", MaxPixels/1_000_000)}
	}
	return nil
}

// sniff names the format by the first bytes; empty if it is none we know.
func sniff(b []byte) string {
	has := func(at int, s string) bool { return len(b) >= at+len(s) && string(b[at:at+len(s)]) == s }
	switch {
	case has(0, "\xff\xd8\xff"):
		return "jpeg"
	case has(0, pngSignature):
		return "png"
	case has(0, "GIF87a"), has(0, "GIF89a"):
		return "gif"
	case has(0, "RIFF") && has(8, "WEBP"):
		return "webp"
	case has(4, "ftyp"):
		return boxed(b)
	case has(0, "II*\x00"), has(0, "MM\x00*"):
		return "tiff"
	case has(0, "BM") && len(b) > 26:
		return "bmp"
	case has(0, "8BPS"):
		return "photoshop"
	case has(0, "%PDF"):
		return "pdf"
	case has(0, "\xff\x0a"), has(0, "\x00\x00\x00\x0cJXL "):
		return "jxl"
	case has(0, "\x00\x00\x00\x0cjP  "):
		return "jp2"
	case has(0, "version https://git-lfs"):
		return "lfs"
	case isSVG(b):
		return "svg"
	case isHTML(b):
		return "html"
	}
	return ""
}

// boxed tells the formats apart that share the ISO base media file format, by
// the major brand and then the compatible ones (ISO/IEC 14496-12, 23008-12).
func boxed(b []byte) string {
	end := min(len(b), 64)
	if len(b) >= 4 {
		end = min(end, int(b[3])|int(b[2])<<8)
	}
	for at := 8; at+4 <= end; at += 4 {
		switch string(b[at : at+4]) {
		case "avif", "avis":
			return "avif"
		case "heic", "heix", "hevc", "hevx", "heim", "heis":
			return "heic"
		case "crx ":
			return "raw"
		case "isom", "mp41", "mp42", "qt  ", "M4V ":
			return "video"
		}
	}
	if len(b) >= 12 && (string(b[8:12]) == "mif1" || string(b[8:12]) == "msf1") {
		return "heic"
	}
	return "video"
}

// isHTML tells a web page that was saved under a picture's name.
func isHTML(b []byte) bool {
	head := strings.ToLower(string(bytes.TrimSpace(b[:min(len(b), 512)])))
	return strings.HasPrefix(head, "<!doctype html") || strings.HasPrefix(head, "<html")
}

// unusable says what to do about a format that browsers or mail programs cannot show.
func unusable(format string) *Error {
	const again = "Save it as JPEG and upload that."
	switch format {
	case "heic":
		return &Error{What: "this is a HEIC photo, the iPhone's own format, which most browsers and mail programs cannot show.",
			Instead: "On a Mac open it in Preview and choose File → Export → JPEG; on an iPhone choose Settings → Camera → Formats → Most Compatible for the next ones; on Windows open it in Photos and save it as .jpg. Then upload the JPEG."}
	case "avif", "jxl", "jp2":
		names := map[string]string{"avif": "an AVIF", "jxl": "a JPEG XL", "jp2": "a JPEG 2000"}
		return &Error{What: "this is " + names[format] + " picture, which many mail programs cannot show.", Instead: again}
	case "tiff":
		return &Error{What: "this is a TIFF picture or a camera's raw file, which browsers cannot show.", Instead: again}
	case "raw":
		return &Error{What: "this is a camera's raw file, which browsers cannot show.", Instead: again}
	case "bmp":
		return &Error{What: "this is a BMP picture, which is too large for the web.", Instead: "Save it as PNG or JPEG and upload that."}
	case "photoshop":
		return &Error{What: "this is a Photoshop file, which browsers cannot show.", Instead: "Export it as JPEG or PNG and upload that."}
	case "pdf":
		return &Error{What: "this is a PDF, not a picture.", Instead: "Export the page as JPEG or PNG and upload that."}
	case "video":
		return &Error{What: "this is a video, not a picture.", Instead: "Put it on a video site and link to it."}
	case "html":
		return &Error{What: "this is a web page saved under a picture's name.", Instead: "Save the picture itself (right click → Save image as) and upload that."}
	case "lfs":
		return &Error{What: "this is a Git LFS pointer, not the picture itself.", Instead: "Run `git lfs pull`, then upload the picture."}
	}
	return &Error{What: "this is not a picture that can be shown.", Instead: "Save it as JPEG, PNG, GIF, WebP or SVG and upload that."}
}

// damaged is the error about a file whose structure is broken.
func damaged(kind string) *Error {
	return &Error{What: "the " + kind + " file is damaged.", Instead: "Open it in a picture program, save it again, and upload that."}
}

// cutOff is the error about a file that ends too early.
func cutOff(kind string) *Error {
	return &Error{What: "the " + kind + " file is cut off: its end is missing.", Instead: "Upload it again; if that does not help, save it again from a picture program."}
}

// inPieces is the error about a file that is made to use up memory.
func inPieces() *Error {
	return &Error{What: "the file is made of more pieces than any picture program writes.", Instead: "Open it in a picture program, save it again, and upload that."}
}

// Strip is the file without what it tells about the author: EXIF (with GPS), XMP,
// comments, times, anything after its end. Pixels and colour profiles stay byte
// for byte. Formats are "png", "gif", "webp" and "jpeg". A PNG keeps its orientation;
// a JPEG loses it, so one for the site goes through [Decode] instead.
func Strip(format string, body []byte) ([]byte, error) {
	switch format {
	case "png":
		return stripPNG(body)
	case "gif":
		return stripGIF(body)
	case "webp":
		return stripWebP(body)
	case "jpeg":
		return stripJPEG(body)
	}
	return nil, &Error{What: "metadata cannot be taken out of a file of this kind (" + format + ")."}
}
