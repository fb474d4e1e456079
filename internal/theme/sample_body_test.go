package theme

import (
	"os"
	"strings"
	"testing"

	"github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/alecthomas/chroma/v2/styles"
)

// sampleBody is a long text with every kind of thing a post can hold, in the
// markup that the post package writes.
func sampleBody(t testing.TB) string {
	t.Helper()
	body, err := os.ReadFile("testdata/body.html")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Replace(string(body), "<!-- code -->", strings.TrimSpace(highlighted(t, "go", sampleCode)), 1)
}

const sampleCode = `// Slack reports whether the stream has stopped: the change of height over
// ten minutes is less than the float can feel.
func Slack(heights []float64, now time.Time) (bool, error) {
	if len(heights) < 2 {
		return false, fmt.Errorf("slack: %d readings are too few", len(heights)) // a very long line that has to scroll sideways rather than break
	}
	for i, h := range heights[1:] {
		if math.Abs(h-heights[i]) > 0.02 {
			return false, nil
		}
	}
	return true, nil
}
`

// highlighted writes code with chroma's classes.
func highlighted(t testing.TB, language, code string) string {
	t.Helper()
	tokens, err := lexers.Get(language).Tokenise(nil, code)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := html.New(html.WithClasses(true)).Format(&b, styles.Fallback, tokens); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
