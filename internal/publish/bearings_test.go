package publish_test

import (
	"testing"
	"time"
)

// TestWhatOthersDoIsSaid: receipts keep up with files that others upload and remove.
func TestWhatOthersDoIsSaid(t *testing.T) {
	w := newWorld(t)
	p := w.publisher()
	w.put("posts/sun.jpg", jpegOf(t, 200))
	w.run(p, "posts/sun.jpg")
	w.has("the picture's receipt", w.receipt("posts/sun.jpg"), "Held until a post shows this picture")

	w.put("posts/a.md", post("Aaa", "image: sun.jpg\nimage_alt: the sun\n")+"\nSee [the other](other.md) and ![a leaf](leaf.jpg).\n")
	w.run(p, "posts/a.md")
	w.has("the picture's receipt", w.receipt("posts/sun.jpg"), "Published as a picture in posts/a.md", "!Held")
	w.has("the receipt", w.receipt("posts/a.md"), "“other.md” leads nowhere yet", "“leaf.jpg” is not there", "!sun.jpg")

	w.put("posts/other.md", post("Other", "draft: true\n"))
	w.put("posts/leaf.jpg", "no picture")
	w.run(p, "posts/other.md", "posts/leaf.jpg")
	w.has("the receipt", w.receipt("posts/a.md"), "is shown as plain text until", "“leaf.jpg” cannot be shown")

	w.put("posts/other.md", post("Other", "image: sun.jpg\nimage_alt: the sun\n"))
	w.put("posts/leaf.jpg", jpegOf(t, 300))
	w.run(p, "posts/other.md", "posts/leaf.jpg")
	w.has("the receipt", w.receipt("posts/a.md"), "!other.md", "!leaf.jpg", "!Warnings")
	w.has("the picture's receipt", w.receipt("posts/sun.jpg"), "posts/a.md and 1 more")

	w.rm("posts/sun.jpg")
	w.rm("posts/other.md")
	w.run(p, "posts/sun.jpg", "posts/other.md")
	w.has("the receipt", w.receipt("posts/a.md"), "“sun.jpg” is not there", "“other.md” leads nowhere yet")

	w.rm("posts/a.md")
	w.run(p, "posts/a.md")
	w.has("the picture's receipt", w.receipt("posts/leaf.jpg"), "Held until a post shows this picture")
	w.settled()
}

// TestWhatOthersWriteIsSaid: receipts keep up with the parts that another text has, with
// what is at an address that was written out, and with who has the address of an alias.
func TestWhatOthersWriteIsSaid(t *testing.T) {
	w := newWorld(t)
	p := w.publisher()
	w.put("posts/parts.md", post("Parts", "")+"\nSee [glue](other.md#glue).\n")
	w.put("posts/places.md", post("Places", "")+"\nSee [a list](/tags/sleep/).\n")
	w.put("posts/both.md", post("Both", "")+"\nSee [it](/blog/other/#glue).\n")
	w.put("posts/alias.md", post("Alias", "aliases: [/blog/else/]\n"))
	w.put("posts/other.md", post("Other", "")+"\n## Paper\n\nText.\n")
	w.run(p, "posts/parts.md", "posts/places.md", "posts/both.md", "posts/alias.md", "posts/other.md")
	w.has("the receipt", w.receipt("posts/parts.md"), "“other.md#glue” leads to the top")
	w.has("the receipt", w.receipt("posts/places.md"), "“/tags/sleep/” leads nowhere")
	w.has("the receipt", w.receipt("posts/both.md"), "“/blog/other/#glue” leads to the top")
	w.has("the receipt", w.receipt("posts/alias.md"), "!left out")

	w.put("posts/other.md", post("Other", "tags: [sleep]\n")+"\n## Glue\n\nText.\n")
	w.run(p, "posts/other.md")
	w.has("the receipt", w.receipt("posts/parts.md"), "!#glue")
	w.has("the receipt", w.receipt("posts/places.md"), "!/tags/sleep/")
	w.has("the receipt", w.receipt("posts/both.md"), "!#glue")

	w.put("posts/other.md", post("Other", "slug: else\n"))
	w.run(p, "posts/other.md")
	w.has("the receipt", w.receipt("posts/parts.md"), "“other.md#glue” leads to the top")
	w.has("the receipt", w.receipt("posts/places.md"), "“/tags/sleep/” leads nowhere")
	w.has("the receipt", w.receipt("posts/both.md"), "!#glue") // a redirect leads on, to where nothing is known of
	w.has("the receipt", w.receipt("posts/alias.md"), "the alias “/blog/else/” is left out, because posts/other.md")

	w.rm("posts/other.md")
	w.run(p, "posts/other.md")
	w.has("the receipt", w.receipt("posts/both.md"), "“/blog/other/#glue” leads nowhere")
	w.has("the receipt", w.receipt("posts/alias.md"), "!left out")
	w.settled()
}

// TestNoTwoEditionsOfAReceiptAreAlike, also where one says again what another said before:
// S3 knows them apart by their bytes alone, and so does a replacement that comes late.
func TestNoTwoEditionsOfAReceiptAreAlike(t *testing.T) {
	w := newWorld(t)
	p := w.publisher()
	w.put("posts/sun.jpg", jpegOf(t, 200))
	w.run(p, "posts/sun.jpg")
	first := w.receipt("posts/sun.jpg")
	w.put("posts/a.md", post("Aaa", "image: sun.jpg\nimage_alt: the sun\n"))
	w.run(p, "posts/a.md")
	w.rm("posts/a.md")
	w.run(p, "posts/a.md")
	third := w.receipt("posts/sun.jpg")
	w.has("the first receipt", first, "Held until a post shows", ", edition 1\n")
	w.has("the third", third, "Held until a post shows", ", edition 3\n")
}

// TestWhereTheSettingsPutAPostIsSaid, also of one that waits for its address.
func TestWhereTheSettingsPutAPostIsSaid(t *testing.T) {
	w := newWorld(t)
	p := w.publisher()
	w.put("posts/a.md", post("Aaa", "date: 2024-01-01\n"))
	w.run(p, "posts/a.md")
	w.put("posts/x/a.md", post("Another", "date: 2024-02-01\n"))
	w.run(p, "posts/x/a.md")
	w.has("the receipt of the second", w.receipt("posts/x/a.md"), "Held because /blog/a/ belongs to posts/a.md")

	w.put("posts/site.yaml", "title: One\nurl: https://else.example\npermalink: /essays/:slug/\n")
	w.run(p, "posts/site.yaml")
	w.has("the receipt", w.receipt("posts/a.md"), "https://else.example/essays/a/")
	w.has("the receipt of the second", w.receipt("posts/x/a.md"), "Held because /essays/a/ belongs to posts/a.md")

	w.put("posts/b/a.md", post("Aaa", "date: 2024-01-01\n"))
	w.rm("posts/a.md")
	w.run(p, "posts/a.md", "posts/b/a.md")
	w.has("the receipt of the second", w.receipt("posts/x/a.md"), "Held because /essays/a/ belongs to posts/b/a.md")
	w.settled()
}

// TestWhenTheSettingsMailAPostIsSaid of those of which a mail may be still to come.
func TestWhenTheSettingsMailAPostIsSaid(t *testing.T) {
	w := newWorld(t)
	p := w.publisher()
	day := "Friday"
	w.mailed = func() []string { return []string{"2 weekly subscribers: " + day} }
	w.put("posts/a.md", post("Aaa", ""))
	w.run(p, "posts/a.md")
	day = "Monday"
	w.put("posts/site.yaml", "title: One\nnewsletter:\n  weekly: Monday 09:00\n")
	w.run(p, "posts/site.yaml")
	w.has("the receipt", w.receipt("posts/a.md"), "subscribers: Monday", "!subscribers: Friday")
	day = "Sunday"
	w.put("posts/site.yaml", "title: Another\nnewsletter:\n  weekly: Monday 09:00\n")
	w.run(p, "posts/site.yaml")
	w.has("the receipt", w.receipt("posts/a.md"), "subscribers: Monday") // nothing was said of the mail
	w.wait(50 * 24 * time.Hour)
	w.put("posts/site.yaml", "title: Another\nnewsletter:\n  weekly: Sunday 09:00\n")
	w.run(p, "posts/site.yaml")
	w.has("the receipt", w.receipt("posts/a.md"), "subscribers: Monday") // all of it was mailed long ago
	w.settled()
}
