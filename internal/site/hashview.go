package site

import "github.com/pennypost/pennypost/internal/theme"

// Each function here writes every field of one of the theme's views into a digest,
// except bodies and JSON-LD, which are made from inputs that are hashed themselves.
// A test changes each field in turn and sees that the digest changes.

func (h *sum) page(v *theme.Page) {
	h.text(v.Path)
	h.text(v.Title)
	h.text(v.Description)
	h.text(v.Canonical)
	h.flag(v.NoIndex)
	h.picture(v.Image)
	h.text(v.Type)
	h.moment(v.Published)
	h.moment(v.Updated)
	h.links(v.Tags)
	h.text(v.Prev)
	h.text(v.Next)
	h.flag(v.Nav != nil)
	h.links(v.Nav)
	h.picture(v.Logo)
	h.picture(v.Photo)
}

func (h *sum) link(v theme.Link) {
	h.text(v.Title)
	h.text(v.URL)
	h.number(v.Count)
}

func (h *sum) linkOrNone(v *theme.Link) {
	h.flag(v != nil)
	if v != nil {
		h.link(*v)
	}
}

func (h *sum) links(all []theme.Link) {
	h.number(len(all))
	for _, v := range all {
		h.link(v)
	}
}

func (h *sum) picture(v *theme.Picture) {
	h.flag(v != nil)
	if v == nil {
		return
	}
	h.text(v.URL)
	h.number(v.Width)
	h.number(v.Height)
	h.text(v.Srcset)
	h.text(v.Alt)
	h.text(v.Caption)
}

func (h *sum) article(v *theme.Article) {
	h.page(&v.Page)
	h.flag(v.Static)
	h.flag(v.Preview)
	h.text(v.Author)
	h.number(v.Minutes)
	h.picture(v.Hero)
	h.book(v.Book)
	h.linkOrNone(v.Older)
	h.linkOrNone(v.Newer)
}

func (h *sum) book(v *theme.Book) {
	h.flag(v != nil)
	if v == nil {
		return
	}
	h.text(v.Title)
	h.text(v.Author)
	h.picture(v.Cover)
	h.flag(v.Rated)
	h.float(v.Stars)
	h.number(v.Year)
	h.text(v.Publisher)
	h.text(v.Genre)
	h.text(v.ISBN)
	h.moment(v.Finished)
	h.text(v.Link)
	h.link(v.Review)
	h.moment(v.Date)
	h.text(v.Line)
}

func (h *sum) card(v *theme.Card) {
	h.link(v.Link)
	h.text(v.Description)
	h.moment(v.Date)
	h.number(v.Minutes)
	h.picture(v.Image)
	h.links(v.Tags)
	h.book(v.Book)
}

// listing leaves out the cards: their marks are hashed instead.
func (h *sum) listing(v *theme.Listing) {
	h.page(&v.Page)
	h.text(v.Heading)
	h.text(v.Kicker)
	h.linkOrNone(v.Newer)
	h.linkOrNone(v.Older)
}

// shelf leaves out the books, which have marks too.
func (h *sum) shelf(v *theme.Shelf) {
	h.page(&v.Page)
	h.links(v.Orders)
}

// archive leaves out the months: the titles, addresses and dates in them are hashed instead.
func (h *sum) archive(v *theme.Archive) {
	h.page(&v.Page)
	h.links(v.Years)
	h.number(v.Year)
}

func (h *sum) linkList(v *theme.Links) {
	h.page(&v.Page)
	h.text(v.Heading)
	h.links(v.Links)
}

func (h *sum) notice(v *theme.Notice) {
	h.page(&v.Page)
	h.text(v.Heading)
	h.text(string(v.Body))
	h.text(v.Kicker)
	h.flag(v.NoBox)
}
