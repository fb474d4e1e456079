package local_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pennypost/pennypost/internal/local"
)

func TestOneClearLine(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	held, b := options(t), &blog{}
	start(t, held, b)
	cases := map[string]struct {
		change func(*local.Options)
		want   string
	}{
		"site port in use":    {func(o *local.Options) { o.Site = taken.Addr().String() }, "choose another address with --site"},
		"s3 port in use":      {func(o *local.Options) { o.S3 = taken.Addr().String() }, "choose another address with --s3"},
		"mailgun port in use": {func(o *local.Options) { o.Mailgun = taken.Addr().String() }, "choose another address with --mailgun"},
		"no address":          {func(o *local.Options) { o.Site = "nowhere" }, "nowhere cannot be used as --site"},
		"no such folder":      {func(o *local.Options) { o.Dir = filepath.Join(o.Dir, "none") }, "none does not exist"},
		"data in use":         {func(o *local.Options) { o.Data = held.Data }, "another pennypost is using"},
		"foreign data folder": {func(o *local.Options) {
			o.Data, o.Fresh = t.TempDir(), true
			write(t, filepath.Join(o.Data, "thesis.txt"), "important")
		}, "holds other things"},
		"newer data": {func(o *local.Options) {
			o.Data = t.TempDir()
			write(t, filepath.Join(o.Data, "version"), "2\n")
		}, "was written by a newer pennypost (format 2, this one knows 1)"},
		"damaged data": {func(o *local.Options) {
			o.Data = t.TempDir()
			write(t, filepath.Join(o.Data, "version"), "?")
		}, "is damaged"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			o := options(t)
			o.Wire = (&blog{}).wire
			c.change(&o)
			var out output
			err := local.Run(t.Context(), o, &out)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if out.String() != "" {
				t.Errorf("it said %s", &out)
			}
			if _, err := os.Stat(filepath.Join(o.Data, "thesis.txt")); name == "foreign data folder" && err != nil {
				t.Error("what is not ours was deleted")
			}
		})
	}
}

func TestNewerDataCanBeForgotten(t *testing.T) {
	o := options(t)
	if err := os.MkdirAll(o.Data, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(o.Data, "version"), "99\n")
	o.Fresh = true
	start(t, o, &blog{})
}
