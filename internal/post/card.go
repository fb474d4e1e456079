package post

import (
	"net/url"
	"path"
	"strings"
)

// watchable turns the address of an embedded player into that of the page on
// which people watch it.
func watchable(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	host := hostOf(address)
	last := path.Base(u.Path)
	switch {
	case (host == "youtube.com" || host == "youtube-nocookie.com") && strings.HasPrefix(u.Path, "/embed/"):
		return "https://www.youtube.com/watch?v=" + url.QueryEscape(last)
	case host == "player.vimeo.com" && strings.HasPrefix(u.Path, "/video/"):
		return "https://vimeo.com/" + url.PathEscape(last)
	}
	return address
}

// cardText is what the link in place of an embedded page says: whose it is, and
// its title if the author gave one.
func cardText(address, title string) string {
	host := hostOf(watchable(address))
	title = oneLine(title)
	if title == "" {
		switch host {
		case "youtube.com", "vimeo.com", "player.twitch.tv", "dailymotion.com":
			title = "Video"
		case "gist.github.com", "codepen.io", "jsfiddle.net", "codesandbox.io":
			title = "Code"
		case "open.spotify.com", "w.soundcloud.com", "soundcloud.com", "bandcamp.com", "embed.podcasts.apple.com":
			title = "Listen"
		case "google.com", "maps.google.com", "openstreetmap.org":
			title = "Map"
		default:
			title = "Open"
		}
	}
	return host + ": " + title
}
