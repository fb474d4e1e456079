package settings

import (
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// hostname is a domain name, an IP address or localhost, with or without a port.
var hostname = regexp.MustCompile(`^(?i:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:]+\])(?::\d{1,5})?$`)

// siteURL reads the site's address: a scheme and a host, nothing behind it,
// because all paths on the site begin at its root.
func (r *reader) siteURL(to *string) func(*node) {
	return func(n *node) {
		s, ok := r.value(n, "url")
		if !ok {
			return
		}
		if !strings.Contains(s, "://") {
			r.fail(n, fmt.Sprintf("`url` is %q, which is not a whole address.", clip(s)), "Write it with https, as in `url: https://"+strings.Trim(example(s), "/")+"`.")
			return
		}
		u, err := url.Parse(s)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || !hostname.MatchString(u.Host) || u.User != nil {
			r.fail(n, fmt.Sprintf("`url` is %q, which is not an address of a site.", clip(s)), "Write something like `url: https://example.org`.")
			return
		}
		if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
			r.fail(n, "`url` has something behind the name of the site.", "Write only `url: "+u.Scheme+"://"+u.Host+"`; the blog lives at the top of its address.")
			return
		}
		*to = u.Scheme + "://" + strings.ToLower(u.Host)
	}
}

// example is s if it looks like a host name, else a name for examples.
func example(s string) string {
	if host, _, _ := strings.Cut(s, "/"); hostname.MatchString(host) {
		return host
	}
	return "example.org"
}

// taken are first parts of paths that pennypost serves itself.
var taken = []string{"page", "books", "tags", "archive", "media", "assets", "preview", "subscribe", "confirm", "preferences", "unsubscribe", "author", "webhooks"}

// permalinkPart is one part of a permalink between slashes.
var permalinkPart = regexp.MustCompile(`^(?::year|:month|:day|:slug|[a-z0-9._~]|-)+$`)

// permalink reads the form of a post's path.
func (r *reader) permalink(to *string) func(*node) {
	return func(n *node) {
		s, ok := r.value(n, "permalink")
		if !ok {
			return
		}
		parts := strings.Split(strings.Trim(s, "/"), "/")
		right := "Write something like `permalink: /blog/:slug/` or `permalink: /:year/:month/:slug/`."
		switch {
		case !strings.HasPrefix(s, "/") || !strings.HasSuffix(s, "/"):
			r.fail(n, "`permalink` must begin and end with a slash.", "Write `permalink: /"+strings.Trim(s, "/")+"/`.")
		case !strings.Contains(s, ":slug"):
			r.fail(n, "`permalink` has no `:slug` in it, so all posts would share one address.", right)
		case slices.ContainsFunc(parts, func(p string) bool { return !permalinkPart.MatchString(p) || strings.Trim(p, ".") == "" }):
			r.fail(n, fmt.Sprintf("`permalink` is %q; it may hold small letters, digits, hyphens, slashes and `:year`, `:month`, `:day`, `:slug`.", clip(s)), right)
		case slices.Contains(taken, parts[0]):
			r.fail(n, fmt.Sprintf("`permalink` begins with /%s/, where the site has pages of its own.", parts[0]), right)
		default:
			*to = s
		}
	}
}

// picture reads a path to an image under posts/.
func (r *reader) picture(to *string, name string) func(*node) {
	return func(n *node) {
		s, ok := r.value(n, name)
		if !ok {
			return
		}
		if strings.Contains(s, "://") || strings.HasPrefix(s, "//") || strings.HasPrefix(s, "data:") {
			r.fail(n, fmt.Sprintf("`%s` is an address elsewhere; the site shows only pictures of its own.", name), "Upload the picture beside the posts and write its name, as in `"+last(name)+": me.jpg`.")
			return
		}
		*to = s
	}
}

// mailbox reads "Name <name@example.org>", or the address alone.
func (r *reader) mailbox(to *string, name string) func(*node) {
	return func(n *node) {
		if a, ok := r.address(n, name); ok {
			*to = a.Address
			if a.Name != "" {
				*to = plainMailbox(a)
			}
		}
	}
}

// plainMailbox is the mailbox with its name as written, in quotes only if it needs them.
func plainMailbox(a *mail.Address) string {
	if strings.ContainsAny(a.Name, `"\()<>[]:;@,.`) {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(a.Name) + `" <` + a.Address + ">"
	}
	return a.Name + " <" + a.Address + ">"
}

// bareEmail reads an address without a name.
func (r *reader) bareEmail(to *string, name string) func(*node) {
	return func(n *node) {
		if a, ok := r.address(n, name); ok {
			*to = a.Address
		}
	}
}

// address reads an e-mail address. The message does not repeat it: receipts are
// not a place for addresses.
func (r *reader) address(n *node, name string) (*mail.Address, bool) {
	s, ok := r.value(n, name)
	if !ok {
		return nil, false
	}
	s = strings.Join(strings.Fields(s), " ")
	a, err := mail.ParseAddress(s)
	if err != nil {
		// "Dr. Ann Lee <ann@example.org>" is no RFC 5322 without quotes, but what people write.
		if i := strings.LastIndexByte(s, '<'); i > 0 && strings.HasSuffix(s, ">") {
			if bare, again := mail.ParseAddress(s[i:]); again == nil {
				a, err = &mail.Address{Name: strings.Trim(strings.TrimSpace(s[:i]), `"`), Address: bare.Address}, nil
			}
		}
	}
	if err != nil || !hostname.MatchString(a.Address[strings.LastIndexByte(a.Address, '@')+1:]) || len(s) > 320 {
		example := "`" + last(name) + ": ann@example.org`"
		if name != "author.email" {
			example = "`" + last(name) + ": Ann Lee <ann@example.org>`"
		}
		r.fail(n, fmt.Sprintf("`%s` is not an e-mail address.", name), "Write it as in "+example+".")
		return nil, false
	}
	return a, true
}

// domain reads the domain that mail is sent from.
func (r *reader) domain(to *string) func(*node) {
	return func(n *node) {
		s, ok := r.value(n, "newsletter.domain")
		if !ok {
			return
		}
		s = strings.ToLower(s)
		if !hostname.MatchString(s) || strings.ContainsAny(s, ":[") || !strings.Contains(s, ".") {
			r.fail(n, fmt.Sprintf("`newsletter.domain` is %q, which is not a domain.", clip(s)), "Write the sending domain that Mailgun shows, as in `domain: mg.example.org`.")
			return
		}
		*to = s
	}
}
