package site

import (
	"slices"

	"github.com/pennypost/pennypost/internal/settings"
	"github.com/pennypost/pennypost/internal/theme"
)

// frame is what all pages have around their content.
type frame struct {
	nav         []theme.Link
	logo, photo *theme.Picture // the photo only where an article ends
	digest      string         // of this, of the theme and of the settings that pages use
	names       []string       // site keys of the static pages in the menu
}

// menuPages is how many static pages a menu shows that the author has not written himself.
const menuPages = 5

func (p *Plan) makeFrame() frame {
	f := frame{
		nav:   p.navigation(),
		logo:  onPage(p.show(settings.Key, p.s.Theme.Logo)),
		photo: described(onPage(p.show(settings.Key, p.s.Author.Photo)), p.s.Author.Name, ""),
	}
	for _, link := range f.nav {
		if it := p.at[link.URL]; it != nil {
			f.names = append(f.names, it.key)
		}
	}
	h := p.start("frame")
	h.text(p.t.Digest())
	h.links(f.nav)
	h.picture(f.logo)
	h.text(p.settingsMark())
	f.digest = h.hex()
	return f
}

// settingsMark stands for the settings that pages and feeds repeat.
func (p *Plan) settingsMark() string {
	var h sum
	for _, s := range []string{p.s.Title, p.s.URL, p.s.Description, p.s.Language, p.s.Timezone, p.s.Author.Name, p.s.Author.Bio} {
		h.text(s)
	}
	return h.hex()
}

// navigation is the settings' menu without the books as long as there are none. A
// site whose author has not written a menu gets its static pages added.
func (p *Plan) navigation() []theme.Link {
	items := slices.Clone(p.s.Nav)
	if slices.Equal(items, settings.Default().Nav) {
		for i, it := range p.pages {
			if i == menuPages {
				break
			}
			items = append(items, settings.NavItem{Title: it.e.Title, URL: it.url})
		}
	}
	links := []theme.Link{}
	for _, item := range items {
		if item.URL == booksPath && !slices.ContainsFunc(p.live, isReview) {
			continue
		}
		links = append(links, theme.Link{Title: item.Title, URL: item.URL})
	}
	return links
}

// page is the frame of the page at a URL path.
func (p *Plan) page(path string) theme.Page {
	return theme.Page{Path: path, Type: "website", Nav: p.frame.nav, Logo: p.frame.logo}
}
