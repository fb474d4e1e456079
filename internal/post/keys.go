package post

import "strings"

// fold makes "feature_image", "featureImage" and "Feature-Image" one key.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '_', '-', ' ', '.':
			return -1
		}
		return r
	}, strings.ToLower(name))
}

// keysKnown are the keys of pennypost's own, as it writes them.
func keysKnown() []string {
	return []string{"title", "date", "updated", "slug", "description", "image", "image_alt", "image_caption",
		"tags", "author", "draft", "aliases", "canonical", "noindex", "toc", "email", "subject", "preview", "book"}
}

// bookKeys are the keys below "book".
func bookKeys() []string {
	return []string{"title", "author", "isbn", "rating", "cover", "publisher", "year", "genre", "finished", "link"}
}

// meaning translates a key of any system we know to pennypost's own. Of two that
// mean the same the one of lower rank is heard. The key "" is known to mean nothing
// here; ok is false for a key nobody knows.
func meaning(name string) (key string, rank int, ok bool) {
	folded := fold(name)
	for rank, group := range synonyms(folded) {
		if group != "" {
			return group, rank, true
		}
	}
	return "", 0, folded != "" && unusedElsewhere(folded)
}

// synonyms names what a folded key means, in the place of its rank: pennypost's
// own first. From the documentation of Hugo, Zola, Jekyll (with its usual plugins
// and themes), Eleventy, Astro, Ghost, WordPress and Squarespace exports.
func synonyms(folded string) [4]string {
	switch folded {
	case "title", "date", "updated", "slug", "description", "image", "tags", "author", "draft",
		"aliases", "canonical", "noindex", "toc", "email", "subject", "preview", "book":
		return [4]string{folded}
	case "imagealt":
		return [4]string{"image_alt"}
	case "imagecaption":
		return [4]string{"image_caption"}

	case "headline":
		return [4]string{1: "title"}
	case "publishdate", "publishat":
		return [4]string{1: "publish"} // beside a date: see apply
	case "pubdate", "publishedat", "publishedon", "publisheddate", "datepublished", "publishon", "postdate", "published":
		return [4]string{1: "date"} // "published" may also say no: see apply
	case "createdat", "created", "datecreated":
		return [4]string{2: "date"}
	case "lastmod", "lastmodified", "lastmodifiedat", "modified", "modifieddate", "datemodified", "updatedat", "updateddate", "lastupdated",
		"lastupdate", "moddate", "modificationdate", "revised", "dateupdated":
		return [4]string{1: "updated"}
	case "postname":
		return [4]string{1: "slug"}
	case "permalink", "url", "path":
		return [4]string{1: "permalink"}
	case "summary", "customexcerpt", "excerpt", "abstract", "lead", "lede", "intro", "teasertext", "desc", "blurb", "dek":
		return [4]string{1: "description"}
	case "metadescription", "seodescription":
		return [4]string{2: "description"}
	case "ogdescription", "twitterdescription", "subtitle", "tagline":
		return [4]string{3: "description"}
	case "cover", "coverimage", "featureimage", "featuredimage", "featureimg", "featuredimg", "hero", "heroimage", "headerimage", "headerimg",
		"banner", "bannerimage", "postimage", "photo", "featured":
		return [4]string{1: "image"}
	case "images", "header", "img", "splash", "background", "socialimage", "ogimage", "metaimage", "twitterimage", "shareimage", "socialcard":
		return [4]string{2: "image"}
	case "thumbnail", "thumb", "teaser", "thumbnailimage", "listimage", "cardimage":
		return [4]string{3: "image"}
	case "featureimagealt", "featuredimagealt", "coveralt", "coverimagealt", "heroalt", "heroimagealt", "thumbnailalt", "alt", "imagealttext", "banneralt":
		return [4]string{1: "image_alt"}
	case "featureimagecaption", "featuredimagecaption", "covercaption", "coverimagecaption", "herocaption", "caption", "imagecredit", "photocredit":
		return [4]string{1: "image_caption"}
	case "categories", "category", "tag", "topics", "topic":
		return [4]string{1: "tags"}
	case "authors", "byline", "writer", "primaryauthor":
		return [4]string{1: "author"}
	case "status", "poststatus":
		return [4]string{1: "status"}
	case "visibility":
		return [4]string{1: "visibility"}
	case "private", "hidden", "unlisted":
		return [4]string{1: "private"}
	case "alias", "redirectfrom", "redirects", "oldurl", "oldurls":
		return [4]string{1: "aliases"}
	case "canonicalurl", "canonicallink", "relcanonical":
		return [4]string{1: "canonical"}
	case "robotsnoindex", "noindexing", "excludefromsearch":
		return [4]string{1: "noindex"}
	case "robots":
		return [4]string{1: "robots"}
	case "sitemap":
		return [4]string{1: "sitemap"}
	case "showtoc", "tableofcontents", "tocenable", "enabletoc":
		return [4]string{1: "toc"}
	case "mailing", "newsletter", "sendemail", "mail":
		return [4]string{1: "email"}
	case "emailsubject", "mailsubject", "subjectline":
		return [4]string{1: "subject"}
	case "preheader", "previewtext", "emailpreview", "emailpreheader":
		return [4]string{1: "preview"}
	case "isbn", "isbn13", "rating", "stars":
		return [4]string{1: folded} // said of the book without a "book:" around it
	case "expirydate", "unpublishdate", "expires":
		return [4]string{1: "expiry"}
	case "extra", "params", "taxonomies", "metadata", "meta", "seo", "data":
		return [4]string{1: "inner"}
	}
	return [4]string{}
}

// unusedElsewhere knows the keys of other systems that mean nothing here and need
// no warning.
func unusedElsewhere(folded string) bool {
	switch folded {
	case "layout", "type", "kind", "weight", "order", "template", "pagetemplate", "id", "uuid", "guid", "postid", "wordpressid", "wpid", "blogid",
		"comments", "comment", "commentid", "commentsenabled", "commentable", "enablecomments", "showcomments", "disqus", "disqusidentifier", "disqusurl",
		"utterances", "giscus", "math", "mathjax", "katex", "latex", "usemath", "mermaid", "series", "seriesorder", "keywords", "markup", "outputs",
		"headless", "cascade", "build", "resources", "islinked", "iscjklanguage", "linktitle", "menu", "menus", "videos", "audio", "video", "translationkey",
		"language", "lang", "locale", "hreflang", "sitemapexclude", "priority", "changefreq", "insearchindex", "sortby", "paginateby", "paginate",
		"pagination", "pagenumber", "insertanchorlinks", "renderer", "render", "redirectto", "ispage", "ispost", "posttype", "format", "postformat",
		"parent", "parentid", "menuorder", "password", "pingstatus", "pings", "pingbacks", "sticky", "pinned", "pin", "toppost", "top",
		"featuredpost", "isfeatured", "plaintext", "html", "mobiledoc", "lexical", "codeinjectionhead", "codeinjectionfoot", "customtemplate",
		"emailonly", "emailrecipientfilter", "emailsegment", "newsletterid", "primarytag", "readingtime", "readtime", "wordcount", "minutes",
		"metatitle", "ogtitle", "ogtype", "twittertitle", "twittercard", "seotitle", "sidebar", "nav", "navigation", "eleventynavigation",
		"eleventyexcludefromcollections", "permalinkbypass", "pageid", "section", "sections", "collection", "group", "classes", "bodyclass",
		"cssclass", "class", "css", "style", "styles", "js", "scripts", "script", "jekyll", "relatedposts", "related", "share", "sharing", "social",
		"socialshare", "readmore", "showreadingtime", "showbreadcrumbs", "showpostnavlinks", "showwordcount", "sharebuttons", "disableshare",
		"hidemeta", "hidesummary", "searchhidden", "codecopybuttons", "showcodecopybuttons", "userelativecover", "usehugotoc", "tocopen",
		"editpost", "disablehljs", "authorprofile", "breadcrumbs", "toclabel", "tocicon", "tocsticky", "gallery", "galleries", "layouttype",
		"analytics", "ads", "license", "licence", "copyright", "rights", "source", "sourceurl", "originalurl", "original", "externalurl", "externallink",
		"link", "via", "credit", "location", "place", "lat", "lng", "geo", "mood", "music", "version", "revision", "edition", "site", "baseurl", "root",
		"encoding", "charset", "generator", "number", "issue", "episode", "duration", "enclosure", "podcast", "timezone", "time", "day", "month", "year",
		"archive", "archived", "excerptseparator", "imported", "importedfrom", "thumbnailcredit", "imagewidth", "imageheight", "imageid", "featuredimageid", "attachments",
		"highlight", "syntax", "codefold", "widgets", "widget", "hidetitle", "hidedate", "showdate", "showtitle", "showauthor", "readability", "progress",
		"fbadmins", "draftfor", "reviewers", "reviewer", "translator", "translators", "editor", "editors", "coauthor", "contributors", "authorurl",
		"authorimage", "authorbio", "authoremail", "avatar", "icon", "color", "colour", "theme", "width", "fullwidth", "mainclass", "heading", "level":
		return true
	}
	return false
}
