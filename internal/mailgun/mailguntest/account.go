// Package mailguntest is an account at Mailgun for tests: its keys may what Mailgun's
// may, and it speaks the parts of the API that setting up needs.
//
// See https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun
package mailguntest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
)

// Account is an account with one domain. Its fields are to be read and changed with
// no request under way.
type Account struct {
	Domain string
	State  string // "active", "unverified"
	// Keys are the account's keys by their role: "admin", "sending", "basic".
	Keys map[string]string
	// SigningKey signs webhooks.
	SigningKey string
	// Hooks are the addresses that each webhook calls.
	Hooks map[string][]string
	// BadRecords are the types of DNS records that are not there yet.
	BadRecords []string
	// NoKeys makes Mailgun refuse to make keys, as small plans do.
	NoKeys bool
	// Mail takes messages and tells the log of them.
	Mail http.Handler

	mu   sync.Mutex
	mux  *http.ServeMux
	once sync.Once
}

// New is an account with one key that may do everything.
func New(domain string, mail http.Handler) *Account {
	return &Account{
		Domain: domain, State: "active", Keys: map[string]string{"the-account-key": "admin"},
		SigningKey: "the-signing-key", Hooks: map[string][]string{}, Mail: mail,
	}
}

// ServeHTTP implements http.Handler.
func (a *Account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.once.Do(func() {
		a.mux = http.NewServeMux()
		a.mux.Handle("POST /v3/"+a.Domain+"/messages", a.onlyFor(a.Mail.ServeHTTP, "admin", "sending"))
		a.mux.Handle("GET /v3/"+a.Domain+"/events", a.onlyFor(a.Mail.ServeHTTP, "admin", "basic"))
		a.mux.Handle("GET /v3/domains/{domain}", a.onlyFor(a.domain, "admin", "basic"))
		a.mux.Handle("PUT /v3/domains/{domain}/verify", a.onlyFor(a.domain, "admin"))
		a.mux.Handle("GET /v3/domains/{domain}/webhooks", a.onlyFor(a.hooks, "admin", "basic"))
		a.mux.Handle("POST /v3/domains/{domain}/webhooks", a.onlyFor(a.createHook, "admin"))
		a.mux.Handle("PUT /v3/domains/{domain}/webhooks/{id}", a.onlyFor(a.updateHook, "admin"))
		a.mux.Handle("POST /v1/keys", a.onlyFor(a.newKey, "admin"))
		a.mux.Handle("GET /v5/accounts/http_signing_key", a.onlyFor(a.signingKey, "admin"))
	})
	a.mux.ServeHTTP(w, r)
}

// onlyFor lets only keys of some roles do something, and only with our domain.
func (a *Account) onlyFor(do http.HandlerFunc, roles ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, key, _ := r.BasicAuth()
		a.mu.Lock()
		role := a.Keys[key]
		a.mu.Unlock()
		switch domain := r.PathValue("domain"); {
		case role == "":
			http.Error(w, "Forbidden", http.StatusUnauthorized)
		case !slices.Contains(roles, role):
			say(w, http.StatusForbidden, map[string]any{"message": "Insufficient permissions"})
		case domain != "" && domain != a.Domain:
			say(w, http.StatusNotFound, map[string]any{"message": "Domain not found"})
		default:
			do(w, r)
		}
	}
}

func (a *Account) domain(w http.ResponseWriter, _ *http.Request) {
	valid := func(kind string) string {
		if slices.Contains(a.BadRecords, kind) {
			return "unknown"
		}
		return "valid"
	}
	say(w, http.StatusOK, map[string]any{
		"domain": map[string]any{"name": a.Domain, "state": a.State, "created_at": "Wed, 10 Jul 2013 19:26:52 GMT"},
		"sending_dns_records": []map[string]any{
			{"record_type": "TXT", "name": a.Domain, "value": "v=spf1 include:mailgun.org ~all", "valid": valid("TXT"), "cached": []string{}},
			{"record_type": "TXT", "name": "pic._domainkey." + a.Domain, "value": "k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4", "valid": valid("TXT"), "cached": []string{}},
			{"record_type": "CNAME", "name": "email." + a.Domain, "value": "mailgun.org", "valid": valid("CNAME"), "cached": []string{}},
		},
		"receiving_dns_records": []map[string]any{
			{"record_type": "MX", "value": "mxa.mailgun.org", "priority": "10", "valid": valid("MX"), "cached": []string{}},
		},
	})
}

func (a *Account) hooks(w http.ResponseWriter, _ *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := map[string]any{}
	for kind, urls := range a.Hooks {
		all[kind] = map[string]any{"urls": urls}
	}
	say(w, http.StatusOK, map[string]any{"webhooks": all})
}

func (a *Account) createHook(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	_ = r.ParseForm() // nothing in it is a mistake, too
	kind := r.PostForm.Get("id")
	if len(a.Hooks[kind]) > 0 {
		say(w, http.StatusBadRequest, map[string]any{"message": "Webhook already exists"})
		return
	}
	a.setHook(w, kind, r.PostForm["url"])
}

func (a *Account) updateHook(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	_ = r.ParseForm()
	a.setHook(w, r.PathValue("id"), r.PostForm["url"])
}

func (a *Account) setHook(w http.ResponseWriter, kind string, urls []string) {
	if len(urls) == 0 || len(urls) > 3 {
		say(w, http.StatusBadRequest, map[string]any{"message": "1 to 3 urls are needed"})
		return
	}
	a.Hooks[kind] = urls
	say(w, http.StatusOK, map[string]any{"message": "Webhook has been updated", "webhook": map[string]any{"urls": urls}})
}

func (a *Account) newKey(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	role := r.FormValue("role")
	switch {
	case a.NoKeys:
		say(w, http.StatusForbidden, map[string]any{"message": "Your plan does not include this feature"})
	case role == "sending" && (r.FormValue("kind") != "domain" || r.FormValue("domain_name") != a.Domain), role == "basic" && r.FormValue("kind") != "user":
		say(w, http.StatusBadRequest, map[string]any{"message": "role and kind do not fit"})
	case role != "sending" && role != "basic":
		say(w, http.StatusBadRequest, map[string]any{"message": "unknown role"})
	default:
		secret := fmt.Sprintf("a-%s-key-%d", role, len(a.Keys))
		a.Keys[secret] = role
		say(w, http.StatusOK, map[string]any{"message": "great success", "key": map[string]any{"id": "1", "kind": r.FormValue("kind"), "role": role, "secret": secret}})
	}
}

func (a *Account) signingKey(w http.ResponseWriter, _ *http.Request) {
	say(w, http.StatusOK, map[string]any{"message": "success", "http_signing_key": a.SigningKey})
}

func say(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // the reader may have gone
}
