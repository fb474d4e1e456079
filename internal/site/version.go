package site

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"sync"
)

// sources are the files of this package that decide what an output looks like.
// They are part of every digest, so that no change of the code can be forgotten:
// a new release makes again what it would make otherwise. A test sees that none
// is missing.
//
//go:embed archive.go article.go atom.go books.go feed.go fixed.go frame.go header.go item.go jsonfeed.go jsonld.go
//go:embed listing.go media.go origin.go path.go picture.go plan.go redirect.go rss.go sitemap.go tag.go xml.go
var sources embed.FS

// code is the digest of the sources.
var code = sync.OnceValue(func() string {
	h := sha256.New()
	names, _ := fs.Glob(sources, "*.go") // fails only for bad patterns
	for _, name := range names {
		body, _ := sources.ReadFile(name) // it was just listed
		fmt.Fprintf(h, "%s %d\n", name, len(body))
		h.Write(body)
	}
	return hex.EncodeToString(h.Sum(nil))[:20]
})
