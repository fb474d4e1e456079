package site

import (
	"html/template"
	"reflect"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/theme"
)

// Every field of every view must reach the digest: a field that the theme gains and
// the planner fills in would otherwise change pages that are then not rewritten.
func TestEveryFieldOfAViewIsHashed(t *testing.T) {
	// Bodies, contents and structured data are made from inputs hashed beside the
	// view; cards and books in listings have marks of their own.
	left := map[string]bool{
		"Article.Page.JSONLD": true, "Article.Body": true, "Article.Contents": true,
		"Listing.Page.JSONLD": true, "Listing.Cards": true,
		"Shelf.Groups": true, "Archive.Months": true,
		"Shelf.Page.JSONLD": true, "Archive.Page.JSONLD": true, "Links.Page.JSONLD": true, "Notice.Page.JSONLD": true,
	}
	try := func(name string, view any, hash func(*sum)) {
		empty := func() mark {
			var h sum
			hash(&h)
			return h.done()
		}
		eachField(reflect.ValueOf(view).Elem(), name, func(field string, v reflect.Value) {
			if left[field] {
				return
			}
			before := empty()
			was := reflect.New(v.Type()).Elem()
			was.Set(v)
			if !alter(v) {
				t.Errorf("%s is of a kind that this test cannot change", field)
				return
			}
			if empty() == before {
				t.Errorf("%s is not hashed", field)
			}
			v.Set(was)
		})
	}
	picture := func() *theme.Picture { return &theme.Picture{} }
	book := func() *theme.Book { return &theme.Book{Cover: picture()} }
	page := theme.Page{Image: picture(), Logo: picture(), Photo: picture(), Tags: []theme.Link{{}}, Nav: []theme.Link{{}}}

	article := &theme.Article{Page: page, Hero: picture(), Book: book(), Older: &theme.Link{}, Newer: &theme.Link{}}
	try("Article", article, func(h *sum) { h.article(article) })
	card := &theme.Card{Image: picture(), Tags: []theme.Link{{}}, Book: book()}
	try("Card", card, func(h *sum) { h.card(card) })
	volume := book()
	try("Book", volume, func(h *sum) { h.book(volume) })
	listing := &theme.Listing{Page: page, Newer: &theme.Link{}, Older: &theme.Link{}}
	try("Listing", listing, func(h *sum) { h.listing(listing) })
	shelf := &theme.Shelf{Page: page, Orders: []theme.Link{{}}}
	try("Shelf", shelf, func(h *sum) { h.shelf(shelf) })
	archive := &theme.Archive{Page: page, Years: []theme.Link{{}}}
	try("Archive", archive, func(h *sum) { h.archive(archive) })
	links := &theme.Links{Page: page, Links: []theme.Link{{}}}
	try("Links", links, func(h *sum) { h.linkList(links) })
	notice := &theme.Notice{Page: page}
	try("Notice", notice, func(h *sum) { h.notice(notice) })
}

// eachField calls f for every field below v, also behind pointers and in slices.
func eachField(v reflect.Value, name string, f func(string, reflect.Value)) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		f(name, v)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			eachField(v.Field(i), name+"."+v.Type().Field(i).Name, f)
		}
	case v.Kind() == reflect.Pointer && !v.IsNil():
		eachField(v.Elem(), name, f)
		f(name, v)
	case v.Kind() == reflect.Slice && v.Len() > 0:
		eachField(v.Index(0), name, f)
		f(name, v)
	default:
		f(name, v)
	}
}

// alter gives a value another than it has.
func alter(v reflect.Value) bool {
	switch x := v.Addr().Interface().(type) {
	case *time.Time:
		*x = x.Add(time.Hour)
	case *template.HTML:
		*x += "x"
	case *time.Month:
		*x++
	default:
		switch v.Kind() {
		case reflect.String:
			v.SetString(v.String() + "x")
		case reflect.Bool:
			v.SetBool(!v.Bool())
		case reflect.Int:
			v.SetInt(v.Int() + 1)
		case reflect.Float64:
			v.SetFloat(v.Float() + 1)
		case reflect.Pointer:
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			} else {
				v.SetZero()
			}
		case reflect.Slice:
			v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
		default:
			return false
		}
	}
	return true
}

// Two instants that look different on a page must not have one digest.
func TestMomentsAreHashedAsShown(t *testing.T) {
	at := time.Date(2024, 3, 31, 23, 30, 0, 0, time.UTC)
	var a, b sum
	a.moment(at)
	b.moment(at.In(time.FixedZone("", 3600)))
	if a.done() == b.done() {
		t.Error("the same instant in another zone shows another hour")
	}
}

// Moving a letter from one text to the next must not keep the digest.
func TestTextsAreApart(t *testing.T) {
	var a, b sum
	a.text("ab")
	a.text("c")
	b.text("a")
	b.text("bc")
	if a.done() == b.done() {
		t.Error("texts run into each other")
	}
}
