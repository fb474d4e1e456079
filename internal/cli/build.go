package cli

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/pennypost/pennypost/internal/build"
)

// buildCommand is `pennypost build`.
type buildCommand struct {
	Dir   string `default:"posts" help:"The folder of posts." placeholder:"FOLDER"`
	Out   string `default:"public" help:"The folder to write." placeholder:"FOLDER"`
	Clean bool   `help:"Remove from the folder what does not belong to the site."`
	URL   string `default:"http://localhost:8080" help:"The site's address, if site.yaml names none."`
}

// Run builds the site and says what the author should look at.
func (c *buildCommand) Run(ctx context.Context, s surroundings) error {
	started := time.Now()
	res, err := build.Build(ctx, build.Options{
		Dir: c.Dir, Out: c.Out, Clean: c.Clean, URL: c.URL, Now: started, Workers: runtime.GOMAXPROCS(0),
	})
	for _, p := range res.Problems {
		fmt.Fprintln(s.err, "not published:", p)
	}
	for _, w := range res.Warnings {
		fmt.Fprintln(s.err, "warning:", w)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s and %s in %s: %s written, %d as they were, %d removed · %s\n",
		count(res.Posts, "post"), count(res.Pages, "page"), c.Out, count(res.Written, "file"), res.Kept, res.Removed,
		time.Since(started).Round(time.Millisecond))
	return nil
}

// count is a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
