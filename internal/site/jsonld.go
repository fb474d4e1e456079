package site

import (
	"encoding/json"
	"html/template"
	"strings"
	"time"

	"github.com/pennypost/pennypost/internal/theme"
)

// Structured data after schema.org, for search engines. encoding/json writes <, >
// and & as escapes, so that the text is safe inside a script element.

type ldPerson struct {
	Type string `json:"@type"`
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

type ldImage struct {
	Type   string `json:"@type"`
	URL    string `json:"url"`
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
	Text   string `json:"caption,omitempty"`
}

type ldRating struct {
	Type  string  `json:"@type"`
	Value float64 `json:"ratingValue"`
	Best  int     `json:"bestRating"`
	Worst float64 `json:"worstRating"`
}

type ldBook struct {
	Type      string    `json:"@type"`
	Name      string    `json:"name"`
	Author    *ldPerson `json:"author,omitempty"`
	ISBN      string    `json:"isbn,omitempty"`
	Publisher *ldPerson `json:"publisher,omitempty"`
	Published int       `json:"datePublished,omitempty"`
	Genre     string    `json:"genre,omitempty"`
	Image     string    `json:"image,omitempty"`
	URL       string    `json:"url,omitempty"`
	SameAs    string    `json:"sameAs,omitempty"`
}

// ldWork is a BlogPosting, or a Review, which has all its properties too.
type ldWork struct {
	Context     string    `json:"@context"`
	Type        string    `json:"@type"`
	ID          string    `json:"@id,omitempty"`
	URL         string    `json:"url"`
	Headline    string    `json:"headline,omitempty"`
	Name        string    `json:"name"`
	Description string    `json:"description,omitempty"`
	Image       *ldImage  `json:"image,omitempty"`
	Published   string    `json:"datePublished,omitempty"`
	Modified    string    `json:"dateModified,omitempty"`
	Author      *ldPerson `json:"author,omitempty"`
	Publisher   *ldPerson `json:"publisher,omitempty"`
	Main        string    `json:"mainEntityOfPage,omitempty"`
	Keywords    string    `json:"keywords,omitempty"`
	Words       int       `json:"wordCount,omitempty"`
	Language    string    `json:"inLanguage,omitempty"`
	Reviewed    *ldBook   `json:"itemReviewed,omitempty"`
	Rating      *ldRating `json:"reviewRating,omitempty"`
}

// ldContext is where the terms are defined.
const ldContext = "https://schema.org"

// articleData describes a post or static page. Everything it uses is in the view,
// the settings, or decided by the text, whose hash is in the digest.
func (p *Plan) articleData(it *item, v *theme.Article) template.JS {
	if v.Preview {
		return ""
	}
	w := ldWork{
		Context: ldContext, Type: "BlogPosting",
		URL: p.absolute(v.Path), Name: v.Title, Description: v.Description,
		Publisher: p.publisher(), Language: p.s.Language,
	}
	if v.Author != "" {
		w.Author = &ldPerson{Type: "Person", Name: v.Author}
		if v.Author == p.s.Author.Name {
			w.Author.URL = p.absolute("/")
		}
	}
	if v.Image != nil {
		w.Image = &ldImage{Type: "ImageObject", URL: p.absolute(v.Image.URL), Width: v.Image.Width, Height: v.Image.Height, Text: v.Image.Alt}
	}
	if v.Static {
		w.Type = "WebPage"
		return script(w)
	}
	w.ID = p.absolute(v.Path) + "#post"
	w.Main = p.absolute(v.Path)
	w.Headline = v.Title
	w.Words = it.e.Words
	w.Published = v.Published.Format(time.RFC3339)
	w.Modified = w.Published
	if v.Updated.After(v.Published) {
		w.Modified = v.Updated.Format(time.RFC3339)
	}
	var tags []string
	for _, tag := range v.Tags {
		tags = append(tags, tag.Title)
	}
	w.Keywords = strings.Join(tags, ", ")
	if v.Book != nil {
		w.Type = "Review"
		w.ID = p.absolute(v.Path) + "#review"
		w.Reviewed = p.bookData(v.Book)
		if v.Book.Rated {
			w.Rating = &ldRating{Type: "Rating", Value: v.Book.Stars, Best: 5, Worst: 0}
		}
	}
	return script(w)
}

func (p *Plan) bookData(b *theme.Book) *ldBook {
	d := &ldBook{Type: "Book", Name: b.Title, ISBN: b.ISBN, Published: b.Year, Genre: b.Genre, SameAs: b.Link}
	if b.Author != "" {
		d.Author = &ldPerson{Type: "Person", Name: b.Author}
	}
	if b.Publisher != "" {
		d.Publisher = &ldPerson{Type: "Organization", Name: b.Publisher}
	}
	if b.Cover != nil {
		d.Image = p.absolute(b.Cover.URL)
	}
	return d
}

func (p *Plan) publisher() *ldPerson {
	return &ldPerson{Type: "Organization", Name: p.s.Title, URL: p.absolute("/")}
}

// indexData describes the blog as a whole.
func (p *Plan) indexData() template.JS {
	w := ldWork{
		Context: ldContext, Type: "Blog",
		URL: p.absolute("/"), Name: p.s.Title, Description: p.s.Description, Language: p.s.Language,
	}
	if p.s.Author.Name != "" {
		w.Author = &ldPerson{Type: "Person", Name: p.s.Author.Name}
	}
	return script(w)
}

// script is the data as text for a script element.
func script(v ldWork) template.JS {
	text, err := json.Marshal(v)
	if err != nil {
		return "" // only for floats that are no numbers, which no rating is
	}
	return template.JS(text)
}
