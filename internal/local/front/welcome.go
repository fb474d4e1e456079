package front

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
)

//go:embed welcome.html
var welcomePage string

// Welcome makes the page that is shown until something is published. folder is the
// folder to put a post into, "" if none is watched; endpoint and bucket are where
// uploads go.
func Welcome(folder, endpoint, bucket string) ([]byte, error) {
	t, err := template.New("welcome").Parse(welcomePage)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = t.Execute(&out, struct{ Folder, Endpoint, Bucket string }{folder, endpoint, bucket})
	return out.Bytes(), err
}

// styleHash names the one style element of a page as a security policy allows it.
func styleHash(page []byte) string {
	_, rest, _ := bytes.Cut(page, []byte("<style>"))
	style, _, ok := bytes.Cut(rest, []byte("</style>"))
	if !ok {
		return "'none'"
	}
	sum := sha256.Sum256(style)
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
