package site

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/pennypost/pennypost/internal/theme"
)

const archivePath = "/archive/"

// year is one year's posts.
type year struct {
	number int
	items  []*item // newest first
}

// years are the posts by the year they show, the newest first.
func (p *Plan) years() []year {
	var all []year
	for _, it := range p.live {
		n := it.e.Shown().In(p.s.Location).Year()
		if len(all) == 0 || all[len(all)-1].number != n {
			all = append(all, year{number: n})
		}
		y := &all[len(all)-1]
		y.items = append(y.items, it)
	}
	return all
}

func yearPath(n int) string { return archivePath + fmt.Sprintf("%04d", n) + "/" }

// planArchive plans the list of years and each year's page.
func (p *Plan) planArchive() {
	years := p.years()
	list := theme.Archive{Page: p.page(archivePath)}
	list.Title = "Archive"
	if len(p.live) > 0 {
		list.Description = "Everything published here: " + plural(len(p.live), "post") + "."
	}
	for _, y := range years {
		list.Years = append(list.Years, theme.Link{Title: strconv.Itoa(y.number), URL: yearPath(y.number), Count: len(y.items)})
	}
	h := p.begin("archive")
	h.archive(&list)
	p.plan(Output{Key: Key(archivePath), Stage: Listing}, h, func(w *bytes.Buffer, _ Reader) error {
		return p.t.Archive(w, &list)
	})
	for i, y := range years {
		var before, after string // the neighbouring years that have posts
		if i > 0 {
			after = yearPath(years[i-1].number)
		}
		if i+1 < len(years) {
			before = yearPath(years[i+1].number)
		}
		p.planYear(y, before, after)
	}
}

func (p *Plan) planYear(y year, before, after string) {
	h := p.begin("year")
	v := p.yearView(y, before, after)
	h.archive(&v)
	for _, it := range y.items {
		h.text(it.e.Title)
		h.text(it.url)
		h.moment(it.e.Shown().In(p.s.Location))
	}
	o := Output{Key: Key(yearPath(y.number)), Stage: Listing, Names: siteKeys(y.items)}
	p.plan(o, h, func(w *bytes.Buffer, _ Reader) error {
		v := p.yearView(y, before, after)
		for _, it := range y.items {
			at := it.e.Shown().In(p.s.Location)
			if n := len(v.Months); n == 0 || v.Months[n-1].Month != at.Month() {
				v.Months = append(v.Months, theme.ArchiveMonth{Month: at.Month()})
			}
			m := &v.Months[len(v.Months)-1]
			m.Cards = append(m.Cards, theme.Card{Link: theme.Link{Title: it.e.Title, URL: it.url}, Date: at})
		}
		return p.t.Archive(w, &v)
	})
}

// yearView is a year's page but for its months.
func (p *Plan) yearView(y year, before, after string) theme.Archive {
	v := theme.Archive{Page: p.page(yearPath(y.number)), Year: y.number}
	v.Title = strconv.Itoa(y.number)
	v.Description = plural(len(y.items), "post") + " from " + v.Title + "."
	v.Prev, v.Next = after, before // as on the index: onwards is back in time
	return v
}
