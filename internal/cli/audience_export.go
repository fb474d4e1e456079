package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pennypost/pennypost/internal/audience"
)

// audienceExport is `pennypost audience export`.
type audienceExport struct {
	dataFlags
	File string `arg:"" optional:"" help:"The file to write, which only you can read; without it, or with -, the list goes to the terminal or the next program."`
	Yes  bool   `help:"Replace a file that is there."`
}

// Run writes the list.
func (c *audienceExport) Run(ctx context.Context, s surroundings) error {
	return withAudience(ctx, &c.dataFlags, func(list *audience.Audience, _ data) error {
		var n int
		var err error
		if c.File == "" || c.File == "-" {
			n, err = list.Export(ctx, s.out)
		} else {
			n, err = c.write(ctx, list)
		}
		if err != nil {
			return err
		}
		// Not among the list itself.
		people := "people"
		if n == 1 {
			people = "person"
		}
		_, err = fmt.Fprintf(s.err, "exported %d %s, those who left among them, as their status says\n", n, people)
		return err
	})
}

// write makes the file. It is whole or it is not there: a list cut short would be
// taken for the list.
func (c *audienceExport) write(ctx context.Context, list *audience.Audience) (n int, err error) {
	var f *os.File
	if c.Yes {
		f, err = os.CreateTemp(filepath.Dir(c.File), ".export-*") // mode 0600
	} else {
		f, err = os.OpenFile(c.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	}
	if errors.Is(err, fs.ErrExist) {
		return 0, fmt.Errorf("%s is there already: name another file, or add --yes to replace it", c.File)
	}
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	n, err = list.Export(ctx, f)
	if err = errors.Join(err, f.Close()); err != nil {
		return n, err
	}
	if f.Name() != c.File {
		err = os.Rename(f.Name(), c.File)
	}
	return n, err
}
