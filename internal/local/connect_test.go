package local_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/local"
	"github.com/pennypost/pennypost/internal/store"
)

func TestConnect(t *testing.T) {
	o, b := options(t), &blog{}
	o.Now = time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)
	if _, err := local.Connect(o.Data); err == nil || !strings.Contains(err.Error(), "there are no data in") {
		t.Errorf("without a folder: %v", err)
	}
	if _, err := os.Stat(o.Data); err == nil {
		t.Error("the folder was made")
	}
	r := start(t, o, b)
	put := func(key string, wantRunning bool) {
		t.Helper()
		c, err := local.Connect(o.Data)
		if err != nil {
			t.Fatal(err)
		}
		if (c.Mailgun != "") != wantRunning || (c.Site != "") != wantRunning {
			t.Errorf("the site at %q, mail at %q", c.Site, c.Mailgun)
		}
		if ahead := c.Now().Sub(o.Now).Abs(); wantRunning && ahead > time.Hour {
			t.Errorf("the clock is %s away from the running one", ahead)
		}
		if _, err := store.New(c.S3, "state").Create(t.Context(), key, []byte(key), store.Header{}); err != nil {
			t.Error(err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	put("while it runs", true)
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	put("while nothing runs", false)
	put("and once more", false)
	start(t, o, b)
	objects, _, err := store.New(b.around.S3, "state").List(t.Context(), "", "", 0)
	if err != nil || len(objects) != 3 {
		t.Errorf("%v %v", objects, err)
	}
}
