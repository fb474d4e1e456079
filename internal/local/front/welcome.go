package front

import (
	"bytes"
	_ "embed"
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
