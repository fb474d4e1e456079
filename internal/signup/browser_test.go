package signup

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/pennypost/pennypost/internal/browsertest"
	"github.com/pennypost/pennypost/internal/settings"
	"github.com/pennypost/pennypost/internal/theme"
)

// sights are all pages a subscriber can come to, as they are answered.
func sights(s *site) map[string]string {
	s.t.Helper()
	token := s.subscribe("anna@example.org", "weekly")
	confirm := s.linkIn(s.inbox.to("anna@example.org")[0])
	s.clock.turn(time.Minute)
	form := s.get("/subscribe").fields()
	form.Set("email", "not an address")
	me := func(do string, more ...string) string {
		v := url.Values{"t": {token}, "do": {do}}
		for i := 0; i < len(more); i += 2 {
			v.Add(more[i], more[i+1])
		}
		return s.post("/preferences", v).body
	}
	all := map[string]string{
		"subscribe":    s.get("/subscribe").body,
		"box":          s.post("/subscribe", url.Values{"email": {"bert@example.org"}}).body,
		"mistake":      s.post("/subscribe", form).body,
		"inbox":        s.get("/subscribe?done").body,
		"confirm":      s.get(confirm).body,
		"welcome":      s.post(confirm, nil).body,
		"preferences":  s.get("/preferences?t=" + token).body,
		"saved":        me("save", "cadence", "monthly", "topics", "books", "name", "Anna"),
		"move-mistake": me("move", "email", "lee"),
		"paused":       me("pause", "weeks", "4"),
		"erase":        me("erase"),
		"ask-link":     s.get("/preferences").body,
		"bad-link":     s.get("/unsubscribe?t=x").body,
		"unsubscribe":  s.get("/unsubscribe?t=" + token).body,
		"not-found":    s.get("/nowhere").body,
	}
	complained := s.subscribe("carl@example.org", "each")
	s.clock.turn(time.Minute)
	if err := s.list.Complain(s.t.Context(), "carl@example.org", s.clock.now()); err != nil {
		s.t.Fatal(err)
	}
	all["complained"] = s.get("/preferences?t=" + complained).body
	all["never"] = s.post(s.linkIn(s.inbox.to("carl@example.org")[0]), nil).body
	all["left"] = s.post("/unsubscribe?t="+token, nil).body
	all["preferences-left"] = s.get("/preferences?t=" + token).body
	all["overtaken"] = s.post(confirm, nil).body
	all["erased"] = me("erase", "sure", "yes")
	all["not-subscribed"] = s.get("/unsubscribe?t=" + token).body
	return all
}

// TestPagesAreValid asks html-validate about every page.
func TestPagesAreValid(t *testing.T) {
	browsertest.Valid(t, sights(newSite(t)))
}

// view is one way of looking at a page.
type view struct {
	colours string
	width   int64
}

// TestPagesInABrowser looks at every page in Chromium on a telephone by day, and at
// some on a desk by night: axe finds no breach of WCAG 2.2 A and AA, and nothing
// sticks out sideways, also at 400 %. Then it signs up by the keyboard alone, with scripts turned
// off. With SCREENSHOTS naming a folder it looks at all in both ways and keeps pictures
// for people there.
func TestPagesInABrowser(t *testing.T) {
	s := newSite(t)
	pages := sights(s)
	home := s.withAssets(pages)
	ctx, axe := browsertest.Open(t), browsertest.NewAxe(t)
	for name := range pages {
		views := []view{{"light", 360}}
		if browsertest.Screenshots() != "" || slices.Contains([]string{"preferences", "mistake", "erase"}, name) {
			views = append(views, view{"dark", 1440}) // what the others are made of is in these
		}
		for _, view := range views {
			label := name + "-" + view.colours + "-" + strconv.FormatInt(view.width, 10)
			if err := chromedp.Do(ctx, browsertest.Prefers(view.colours), chromedp.EmulateViewport(view.width, 900), chromedp.Navigate(home+"/sights/"+name)); err != nil {
				t.Fatalf("%s: %v", label, err)
			}
			browsertest.Keep(ctx, t, label)
			axe.Check(ctx, t, label)
			browsertest.Narrow(ctx, t, label)
		}
	}

	// By the keyboard, without scripts. The box on a page leads to the signed form.
	do := func(what string, actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, actions...); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	says := func(text string) {
		t.Helper()
		got, err := chromedp.Run(ctx, chromedp.Text("main"))
		if err != nil || !strings.Contains(got, text) {
			t.Fatalf("the page does not say %q but %q, %v", text, got, err)
		}
	}
	do("no scripts", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
	do("open the form", chromedp.Navigate(home+"/subscribe"), chromedp.Focus("#subscribe-email"))
	s.clock.turn(3 * time.Second)
	do("send the form", chromedp.KeyEvent("keys@example.org"), chromedp.KeyEvent("\r"), chromedp.WaitVisible("main"))
	for range 100 {
		if len(s.inbox.to("keys@example.org")) > 0 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	letters := s.inbox.to("keys@example.org")
	if len(letters) != 1 {
		t.Fatalf("%d mails", len(letters))
	}
	do("open the link", chromedp.Navigate(home+s.linkIn(letters[0])), chromedp.Focus("main .button"), chromedp.KeyEvent("\r"), chromedp.WaitVisible(`main a[href^="/preferences?t="]`))
	says("You are subscribed")
	do("unsubscribe", chromedp.Navigate(home+"/unsubscribe?t="+s.token("keys@example.org")), chromedp.Focus("main .button"), chromedp.KeyEvent("\r"), chromedp.WaitVisible(`main a[href="/subscribe"]`))
	says("will not write to you any more")
}

// withAssets serves the site's pages with the theme's files beside them, and the sights
// as they were.
func (s *site) withAssets(sights map[string]string) (url string) {
	s.t.Helper()
	set, _, err := settings.Parse([]byte(siteYAML))
	if err != nil {
		s.t.Fatal(err)
	}
	look, err := theme.New(set)
	if err != nil {
		s.t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", s.proxy())
	for _, a := range look.Assets() {
		mux.HandleFunc("GET "+a.URL(), func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", a.ContentType)
			_, _ = w.Write(a.Body)
		})
	}
	mux.HandleFunc("GET /sights/{name}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, sights[r.PathValue("name")])
	})
	server := httptest.NewServer(mux)
	s.t.Cleanup(server.Close)
	return server.URL
}

// proxy passes on to the site.
func (s *site) proxy() http.Handler {
	to, err := url.Parse(s.url)
	if err != nil {
		s.t.Fatal(err)
	}
	return httputil.NewSingleHostReverseProxy(to)
}
