package site

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/theme"
)

const booksPath = "/books/"

// order is one way to sort the book reviews.
type order struct {
	path, title string
	sort        func(a, b *volume) int
	heading     func(p *Plan, v *volume) string
}

// volume is a review with what it is sorted by.
type volume struct {
	*item
	author, title string // folded
}

func orders() []order {
	return []order{
		{
			path: booksPath, title: "By date",
			sort:    func(a, b *volume) int { return 0 }, // as they come
			heading: func(p *Plan, v *volume) string { return strconv.Itoa(v.e.Shown().In(p.s.Location).Year()) },
		},
		{
			path: booksPath + "by-rating/", title: "By rating",
			sort: func(a, b *volume) int { return cmp.Compare(rating(b), rating(a)) },
			heading: func(_ *Plan, v *volume) string {
				if !v.e.Book.Rated {
					return "Not rated"
				}
				return strconv.FormatFloat(v.e.Book.Rating, 'f', -1, 64) + " of 5"
			},
		},
		{
			path: booksPath + "by-author/", title: "By author",
			sort: func(a, b *volume) int {
				return cmp.Or(cmp.Compare(a.author, b.author), cmp.Compare(a.title, b.title))
			},
			heading: func(_ *Plan, v *volume) string { return initial(v.author) },
		},
		{
			path: booksPath + "by-title/", title: "By title",
			sort:    func(a, b *volume) int { return cmp.Compare(a.title, b.title) },
			heading: func(_ *Plan, v *volume) string { return initial(v.title) },
		},
	}
}

// rating puts what has no stars below everything that has.
func rating(v *volume) float64 {
	if !v.e.Book.Rated {
		return -1
	}
	return v.e.Book.Rating
}

// planBooks plans the reviews in each order. Without any there is still /books/.
func (p *Plan) planBooks() {
	var volumes []*volume
	for _, it := range p.live {
		if isReview(it) {
			b := it.e.Book
			volumes = append(volumes, &volume{item: it, author: fold(surnameFirst(b.Author)), title: fold(withoutArticle(b.Title))})
		}
	}
	for _, o := range orders() {
		if len(volumes) == 0 && o.path != booksPath {
			continue
		}
		sorted := slices.Clone(volumes)
		slices.SortStableFunc(sorted, o.sort)
		p.planShelf(o, sorted)
	}
}

func (p *Plan) planShelf(o order, volumes []*volume) {
	headings := p.headings(o, volumes)
	h := p.begin("books")
	v := p.shelf(o, len(volumes))
	h.shelf(&v)
	out := Output{Key: Key(o.path), Stage: Listing, Names: make([]string, 0, len(volumes))}
	for i, vol := range volumes {
		h.text(headings[i])
		h.mark(vol.mark)
		out.Names = append(out.Names, vol.key)
	}
	p.plan(out, h, func(w *bytes.Buffer, _ Reader) error {
		v := p.shelf(o, len(volumes))
		for i, vol := range volumes {
			if i == 0 || headings[i] != headings[i-1] {
				v.Groups = append(v.Groups, theme.ShelfGroup{Heading: headings[i]})
			}
			g := &v.Groups[len(v.Groups)-1]
			g.Books = append(g.Books, *p.book(vol.item))
		}
		return p.t.Shelf(w, &v)
	})
}

// perHeading is how many books the headings of a shelf must have on average to be
// of more use than the room they take.
const perHeading = 3

// headings are what each book of a sorted shelf stands under; all empty on a shelf
// too short to need any.
func (p *Plan) headings(o order, volumes []*volume) []string {
	all := make([]string, len(volumes))
	count := 0
	for i, vol := range volumes {
		all[i] = o.heading(p, vol)
		if i == 0 || all[i] != all[i-1] {
			count++
		}
	}
	if len(all) < perHeading*count {
		clear(all)
	}
	return all
}

// shelf is the page of one order but for its books.
func (p *Plan) shelf(o order, count int) theme.Shelf {
	v := theme.Shelf{Page: p.page(o.path)}
	v.Title = "Books"
	if count == 0 {
		return v
	}
	v.Description = "Reviews of " + plural(count, "book") + "."
	if o.path != booksPath {
		v.Title = "Books " + strings.ToLower(o.title)
	}
	for _, other := range orders() {
		link := theme.Link{Title: other.title, URL: other.path}
		if other.path == o.path {
			link.URL = ""
		}
		v.Orders = append(v.Orders, link)
	}
	return v
}

// surnameFirst turns "Ursula K. Le Guin" into "Guin Ursula K. Le": good enough to
// find an author by, without a list of all particles. "Smith, Ann" is as it is
// meant; of several authors the first counts.
func surnameFirst(name string) string {
	for _, joint := range []string{" and ", " & ", ";"} {
		name, _, _ = strings.Cut(name, joint)
	}
	if last, rest, found := strings.Cut(name, ","); found && !strings.Contains(strings.TrimSpace(last), " ") {
		return last + " " + rest
	}
	name, _, _ = strings.Cut(name, ",")
	name = strings.TrimSpace(name)
	if i := strings.LastIndexByte(name, ' '); i >= 0 {
		return name[i+1:] + " " + name[:i]
	}
	return name
}

// withoutArticle sorts "The Let Them Theory" under L.
func withoutArticle(title string) string {
	for _, article := range []string{"the ", "a ", "an "} {
		if len(title) > len(article) && strings.EqualFold(title[:len(article)], article) {
			return title[len(article):]
		}
	}
	return title
}

// fold makes a text sortable: small letters without accents, words apart by one
// space, nothing else.
func fold(s string) string {
	for _, r := range s {
		if r >= unicode.MaxASCII {
			s = post.Slugify(s) // knows other alphabets and accents
			break
		}
	}
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '\''
	}), " ")
}

// initial is the heading under which a folded text stands.
func initial(folded string) string {
	if folded == "" || folded[0] < 'a' || folded[0] > 'z' {
		return "#"
	}
	return strings.ToUpper(folded[:1])
}
