package inbox

import (
	"bytes"
	"embed"
	"html/template"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed page/*
var pageFiles embed.FS

// parsePages reads the templates, once for each inbox.
func parsePages() (*template.Template, error) {
	return template.New("").Funcs(template.FuncMap{
		"clock": func(t time.Time) string { return t.Format("2 Jan 2006, 15:04:05") },
		"stamp": func(t time.Time) string { return t.Format(time.RFC3339) },
	}).ParseFS(pageFiles, "page/*.html")
}

// perPage is how many requests, and how many recipients of one, a page shows.
const perPage = 50

// row is one request in the list.
type row struct {
	ID       string // of its first copy
	Subject  string
	From     string
	To       string // the first recipient, or the one looked for
	More     int    // how many others
	Received time.Time
}

// listForPeople is GET /: the requests, newest first; ?to= looks for a recipient.
func (s *Server) listForPeople(w http.ResponseWriter, r *http.Request) {
	query := strings.ToLower(strings.TrimSpace(r.URL.Query().Get("to")))
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	page = max(page, 1)
	var rows []row
	var requests, copies, matches int
	for _, e := range s.disk.newest() {
		requests++
		copies += e.n
		n := matching(e.to, query)
		if n < 0 {
			continue
		}
		matches++
		if matches <= (page-1)*perPage || len(rows) == perPage {
			continue
		}
		rows = append(rows, s.row(e, n))
	}
	link := func(p int) string {
		if p < 1 || (p-1)*perPage >= matches {
			return ""
		}
		return "/?" + url.Values{"page": {strconv.Itoa(p)}, "to": {query}}.Encode()
	}
	s.show(w, "list.html", map[string]any{
		"Rows": rows, "Requests": requests, "Copies": copies, "Query": query,
		"Newer": link(page - 1), "Older": link(page + 1), "Now": s.options.Now(),
	})
}

// matching is the place of the first recipient that contains the text, 0 for no
// text, -1 for none.
func matching(to, text string) int {
	if text == "" {
		return 0
	}
	at := strings.Index(to, text)
	if at < 0 {
		return -1
	}
	return strings.Count(to[:at], "\n")
}

func (s *Server) row(e entry, n int) row {
	list := strings.SplitN(e.to, "\n", n+2)
	v := row{ID: copyID(e.seq, n), Subject: e.subject, From: senderName(e.from), To: list[n], More: e.n - 1, Received: e.received}
	if strings.Contains(v.Subject, "%recipient") {
		if q, err := s.disk.read(e.seq); err == nil {
			v.Subject = q.copyFor(n).Subject
		}
	}
	return v
}

// oneForPeople is GET /message/{id}.
func (s *Server) oneForPeople(w http.ResponseWriter, r *http.Request) {
	q, n := s.find(w, r)
	if q == nil {
		return
	}
	type field struct{ Name, Value string }
	type other struct {
		ID, To string
		Here   bool
	}
	m := q.copyFor(n)
	var fields []field
	for _, name := range slices.Sorted(maps.Keys(m.Headers)) {
		fields = append(fields, field{name, m.Headers[name]})
	}
	var others []other
	start := n / perPage * perPage
	for i := start; i < min(start+perPage, len(q.To)); i++ {
		others = append(others, other{copyID(q.Seq, i), q.To[i].Address, i == n})
	}
	view := r.URL.Query().Get("view")
	if !slices.Contains([]string{"phone", "text", "headers", "source"}, view) {
		view = "html"
		if m.HTML == "" {
			view = "text"
		}
	}
	var before, after string
	if start > 0 {
		before = copyID(q.Seq, start-1)
	}
	if start+perPage < len(q.To) {
		after = copyID(q.Seq, start+perPage)
	}
	s.show(w, "message.html", map[string]any{
		"M": m, "Sender": senderName(q.From), "Fields": fields, "Others": others, "Total": len(q.To), "First": start,
		"Before": before, "After": after, "View": view, "Source": string(mimeSource(m)),
		"Webhook": s.options.WebhookURL != "", "OneClick": oneClick(m) != "",
		"Happened": s.disk.happenedTo(q.Seq), "N": n, "Done": r.URL.Query().Get("done"), "Failed": r.URL.Query().Get("failed"),
		"HTMLSize": len(m.HTML),
	})
}

// html is GET /message/{id}/html: the message alone, for a frame. It can run
// nothing and reach nothing but pictures.
func (s *Server) html(w http.ResponseWriter, r *http.Request) {
	q, n := s.find(w, r)
	if q == nil {
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src http: https: data:")
	w.Header().Set("Referrer-Policy", "no-referrer")
	body := q.copyFor(n).HTML
	// Links open beside the inbox, not within the frame.
	if head, rest, found := strings.Cut(body, "</head>"); found {
		body = head + `<base target="_blank"></head>` + rest
	} else {
		body = `<base target="_blank">` + body
	}
	_, _ = w.Write([]byte(body))
}

// source is GET /message/{id}/source: the message as a receiving server sees it.
func (s *Server) source(w http.ResponseWriter, r *http.Request) {
	if q, n := s.find(w, r); q != nil {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(mimeSource(q.copyFor(n)))
	}
}

// asset serves a file that the pages need.
func asset(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, pageFiles, "page/"+name) }
}

func (s *Server) show(w http.ResponseWriter, name string, data any) {
	var page bytes.Buffer
	if err := s.pages.ExecuteTemplate(&page, name, data); err != nil {
		slog.Error("inbox: cannot show a page", "error", err)
		http.Error(w, "cannot show this page", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'")
	_, _ = page.WriteTo(w)
}
