package site

import (
	"bytes"
	"encoding/json"
	"time"
)

// jsonFeed is a feed after jsonfeed.org/version/1.1.
type jsonFeed struct {
	Version     string         `json:"version"`
	Title       string         `json:"title"`
	HomePage    string         `json:"home_page_url"`
	FeedURL     string         `json:"feed_url"`
	Description string         `json:"description,omitempty"`
	Icon        string         `json:"icon,omitempty"`
	Authors     []jsonAuthor   `json:"authors,omitempty"`
	Language    string         `json:"language,omitempty"`
	Items       []jsonFeedItem `json:"items"`
}

type jsonAuthor struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

type jsonFeedItem struct {
	ID        string       `json:"id"`
	URL       string       `json:"url"`
	Title     string       `json:"title"`
	Content   string       `json:"content_html"`
	Summary   string       `json:"summary,omitempty"`
	Image     string       `json:"image,omitempty"`
	Banner    string       `json:"banner_image,omitempty"`
	Published string       `json:"date_published"`
	Modified  string       `json:"date_modified,omitempty"`
	Authors   []jsonAuthor `json:"authors,omitempty"`
	Tags      []string     `json:"tags,omitempty"`
}

func writeJSONFeed(w *bytes.Buffer, f *feed) error {
	out := jsonFeed{
		Version: "https://jsonfeed.org/version/1.1",
		Title:   printable(f.Title), Description: printable(f.Description),
		HomePage: f.Home, FeedURL: f.Self, Icon: f.Icon, Language: f.Language,
		Items: []jsonFeedItem{},
	}
	if f.Author != "" {
		out.Authors = []jsonAuthor{{Name: printable(f.Author), URL: f.Home}}
	}
	for i := range f.Items {
		it := &f.Items[i]
		item := jsonFeedItem{
			ID: it.ID, URL: it.URL, Title: printable(it.Title), Summary: printable(it.Summary),
			Content: printable(it.Content), Published: it.Published.Format(time.RFC3339),
		}
		for _, tag := range it.Tags {
			item.Tags = append(item.Tags, printable(tag))
		}
		if it.Updated.After(it.Published) {
			item.Modified = it.Updated.Format(time.RFC3339)
		}
		if it.Image != nil {
			item.Image, item.Banner = it.Image.URL, it.Image.URL
		}
		if it.Author != "" && it.Author != f.Author {
			item.Authors = []jsonAuthor{{Name: printable(it.Author)}}
		}
		out.Items = append(out.Items, item)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false) // it is no script, and stays readable
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}
