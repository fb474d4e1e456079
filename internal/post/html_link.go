package post

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
)

func (w *writer) link(n *ast.Link) {
	href := w.href(string(unescape(n.Destination)))
	if href == "" || w.inLink > 0 {
		w.span("span", n)
		return
	}
	w.str("<a")
	w.attr("href", href)
	if title := unescape(n.Title); len(title) > 0 {
		w.attr("title", string(title))
	}
	if attribute(n, "class") != "card" { // its paragraph has that one
		w.identity(n, "")
	}
	w.str(">")
	w.inLink++
	w.inlines(n)
	w.inLink--
	w.str("</a>")
}

func (w *writer) autoLink(n *ast.AutoLink) {
	label := string(n.Label(w.src))
	to := string(n.URL(w.src))
	if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(to), "mailto:") {
		to = "mailto:" + to
	}
	href := w.href(to)
	if href == "" || w.inLink > 0 {
		w.esc(label)
		return
	}
	w.str("<a")
	w.attr("href", href)
	w.str(">")
	w.esc(label)
	w.str("</a>")
}

// onlyPicture is the picture that is all a paragraph holds, bare or in a link.
func onlyPicture(n ast.Node) *ast.Image {
	var found *ast.Image
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Image:
			if found != nil {
				return nil
			}
			found = c
		case *ast.Link:
			if found != nil {
				return nil
			}
			if found = onlyPicture(c); found == nil {
				return nil
			}
		case *ast.String:
			if len(c.Value) > 0 { // an attribute list leaves an empty one behind
				return nil
			}
		default:
			return nil
		}
	}
	return found
}

// figure writes a paragraph that is a picture; false if there is no such picture.
func (w *writer) figure(p ast.Node, n *ast.Image) bool {
	ref := string(unescape(n.Destination))
	pic, ok := w.picture(ref)
	if !ok || classify(ref) != picture {
		return false
	}
	w.str("<figure")
	w.identity(p, "")
	w.str(">")
	href := ""
	if l, ok := n.Parent().(*ast.Link); ok {
		href = w.href(string(unescape(l.Destination)))
	}
	if href != "" {
		w.str("<a")
		w.attr("href", href)
		w.str(">")
	}
	w.img(pic, plainText(n, w.src), "", n)
	if href != "" {
		w.str("</a>")
	}
	if title := unescape(n.Title); len(title) > 0 {
		w.str("<figcaption>")
		w.out = appendEscaped(w.out, title)
		w.str("</figcaption>")
	}
	w.str("</figure>\n")
	return true
}

// image writes a picture in running text.
func (w *writer) image(n *ast.Image) {
	w.imageRef(string(unescape(n.Destination)), plainText(n, w.src), string(unescape(n.Title)), n)
}

// imageRef writes what a reference to a picture becomes: the picture; a link for
// one on another site, because no page of ours asks a third party for anything;
// else its alternative text.
func (w *writer) imageRef(ref, alt, title string, n ast.Node) {
	kind := classify(ref)
	if kind == picture {
		if pic, ok := w.picture(ref); ok {
			w.img(pic, alt, title, n)
			return
		}
	}
	if kind == page && external(ref) && w.inLink == 0 {
		if alt == "" {
			alt = hostOf(ref)
		}
		w.str("<a")
		w.attr("href", w.href(ref))
		w.str(">")
		w.esc(alt)
		w.str("</a>")
		return
	}
	if alt == "" {
		return
	}
	w.str("<span>")
	w.esc(alt)
	w.str("</span>")
}

// mailWidth is the widest a picture is shown in a mail, in CSS pixels.
const mailWidth = 600

func (w *writer) img(p Picture, alt, title string, n ast.Node) {
	src, width, height := p.URL, p.Width, p.Height
	if w.mail {
		for _, v := range p.Sizes { // twice the width, for fine screens
			if v.Width >= 960 {
				src = v.URL
				break
			}
		}
		if width > mailWidth {
			width, height = mailWidth, height*mailWidth/width
		}
	}
	w.str("<img")
	w.attr("src", src)
	if !w.mail && len(p.Sizes) > 0 {
		var set strings.Builder
		for _, v := range p.Sizes {
			set.WriteString(v.URL + " " + strconv.Itoa(v.Width) + "w, ")
		}
		set.WriteString(p.URL + " " + strconv.Itoa(p.Width) + "w")
		w.attr("srcset", set.String())
		w.attr("sizes", "(min-width: 46rem) 44rem, 100vw")
	}
	w.attr("alt", alt)
	if width > 0 && height > 0 {
		w.num("width", width)
		w.num("height", height)
	}
	if title != "" {
		w.attr("title", title)
	}
	if !w.mail {
		if w.pictures >= eager {
			w.str(` loading="lazy"`)
		}
		w.pictures++
		if n != nil {
			w.identity(n, "")
		}
	}
	w.str(">")
}

// eager is how many pictures of a body are fetched with the page; the others wait
// until they come near.
const eager = 3

// hostOf is the name of the site an address leads to.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return strings.TrimPrefix(strings.ToLower(u.Host), "www.")
}
