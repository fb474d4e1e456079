package simulate

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// judge looks at what is there when all is quiet.
func (w *World) judge() {
	if len(w.failures) > 0 {
		return // it was stopped in the middle
	}
	w.judgeLogs()
	w.convict()
	w.judgeSite()
	w.judgeOwed()
	w.judgeDesk()
	if w.weather.mail {
		w.judgeMail()
		w.judgeAccounts()
		w.judgePromises()
		w.judgeErased()
	}
}

// convict takes files for bad that killed a run three times over, as far as anybody can
// tell: they are left alone, and their receipts say so.
func (w *World) convict() {
	d := w.desk
	for key, deaths := range d.deaths {
		if s := d.files[key]; s != nil && deaths >= 3 && strings.Contains(w.receiptOf(key), "stopped working on this file three times") {
			convicted := *s
			convicted.bad, convicted.convicted = true, true
			d.files[key] = &convicted
		}
	}
}

// judgeDesk holds pages and receipts against what the author wrote, without asking
// the catalog or anything of the program.
func (w *World) judgeDesk() {
	d := w.desk
	wanting := map[string][]string{} // address → keys of texts that want it
	for key, s := range d.files {
		if !s.other && !s.bad && !s.draft && !s.date.After(time.Now()) {
			wanting[address(s)] = append(wanting[address(s)], key)
		}
	}
	published := map[string]string{} // key → address
	var empty []string
	for _, at := range slices.Sorted(maps.Keys(wanting)) {
		keys := wanting[at]
		slices.Sort(keys)
		page := w.page(at)
		var holders []string
		for _, key := range keys {
			if inBody.FindString(page) == "mb"+strconv.Itoa(d.files[key].mark)+"x" {
				holders = append(holders, key)
			}
		}
		if len(holders) == 0 {
			empty = append(empty, at)
		}
		for _, key := range holders {
			published[key] = at
		}
	}
	for _, at := range empty {
		if keys := wanting[at]; !w.heldByBad(at) && !w.reserved(at) && !slices.ContainsFunc(keys, func(key string) bool { return w.twin(key, published, empty) }) {
			w.fail("%s ought to show one of %v", at, keys)
		}
	}
	for _, key := range w.s3.Keys("site", "") {
		if !strings.HasPrefix(key, "blog/") {
			continue
		}
		at := "/" + strings.TrimSuffix(key, "index.html")
		body := inBody.FindString(w.page(at))
		if body != "" && len(wanting[at]) == 0 && !w.heldByBad(at) {
			w.fail("%s shows %s, and nothing in the content wants that", at, body)
		}
	}
	w.judgeReceipts(published)
	w.judgeMentions(published)
	w.judgeAddresses(published)
}

// twin tells whether the very same text is published from another file, or is that of one
// whose address another post has: the first half of a rename is no post of its own.
func (w *World) twin(key string, published map[string]string, empty []string) bool {
	for other, s := range w.desk.files {
		if other == key || s.body != w.desk.files[key].body {
			continue
		}
		if published[other] != "" || !slices.Contains(empty, address(s)) || w.heldByBad(address(s)) {
			return true
		}
	}
	return false
}

// heldByBad tells whether the last good version of a text that cannot be read now may
// have an address.
func (w *World) heldByBad(at string) bool {
	for key, s := range w.desk.files {
		if !s.bad || s.other {
			continue
		}
		for _, old := range w.desk.ever[key] {
			if !old.bad && address(old) == at {
				return true
			}
		}
	}
	return false
}

// lingers tells whether the very same text may be published as the last good version of
// another file, which cannot be read now.
func (w *World) lingers(key string) bool {
	d := w.desk
	for other, s := range d.files {
		if other != key && s.bad && slices.ContainsFunc(d.ever[other], func(old *sheet) bool { return old.body == d.files[key].body }) {
			return true
		}
	}
	return false
}

// reserved tells whether an address may be kept for a text whose time has not come: the
// older one has it.
func (w *World) reserved(at string) bool {
	for _, s := range w.desk.files {
		if !s.other && !s.bad && !s.draft && s.date.After(time.Now()) && address(s) == at {
			return true
		}
	}
	return false
}

func address(s *sheet) string {
	if s.page {
		return "/" + s.slug + "/"
	}
	return "/blog/" + s.slug + "/"
}

func (w *World) page(at string) string {
	o := w.s3.Get("site", strings.TrimPrefix(at, "/")+"index.html")
	if o == nil {
		return ""
	}
	return string(o.Body)
}

// receiptOf is the receipt of a file as it is written, or "".
func (w *World) receiptOf(key string) string {
	o := w.s3.Get("content", "receipts/"+key+".txt")
	if o == nil {
		return ""
	}
	return string(o.Body)
}

// judgeReceipts: every file has one, and its first word is true.
func (w *World) judgeReceipts(published map[string]string) {
	d := w.desk
	for _, key := range slices.Sorted(maps.Keys(d.files)) {
		s := d.files[key]
		text := w.receiptOf(key)
		if text == "" {
			w.fail("%s has no receipt", key)
			continue
		}
		word := firstWord(text)
		var want []string
		switch {
		case s.bad:
			want = []string{"Rejected"}
		case key == settings:
			want = []string{"Published"}
		case s.other:
			want = []string{"Published", "Held"}
		case s.draft:
			want = []string{"Draft", "Held"}
		case s.date.After(time.Now()):
			want = []string{"Scheduled", "Held"}
		case published[key] != "":
			want = []string{"Published", "Held"}
		default:
			want = []string{"Held"}
		}
		if !slices.Contains(want, word) {
			w.fail("the receipt of %s says %s, and %v is true:\n%s", key, word, want, text)
			continue
		}
		if word == "Published" && !s.other && !strings.Contains(text, siteURL+published[key]) {
			w.fail("the receipt of %s names another address than %s:\n%s", key, published[key], text)
		}
		if !s.bad && !s.other && !strings.Contains(text, "mt"+strconv.Itoa(s.mark)+"x") {
			w.fail("the receipt of %s is about another version than mt%dx:\n%s", key, s.mark, text)
		}
	}
	for at, keys := range invert(published) {
		published := 0
		for _, key := range keys {
			if firstWord(w.receiptOf(key)) == "Published" {
				published++
			}
		}
		if published != 1 && !(published == 0 && slices.ContainsFunc(keys, w.lingers)) {
			w.fail("%d receipts of %v claim %s", published, keys, at)
		}
	}
	for _, receipt := range w.s3.Keys("content", "receipts/posts/") {
		key := strings.TrimSuffix(strings.TrimPrefix(receipt, "receipts/"), ".txt")
		if word := firstWord(string(w.s3.Get("content", receipt).Body)); d.files[key] == nil && word != "Removed" {
			w.fail("%s is gone, and its receipt says %s", key, word)
		}
	}
}

func firstWord(text string) string {
	text = strings.TrimSpace(text)
	if i := strings.IndexFunc(text, func(r rune) bool { return r < 'A' || r > 'z' }); i >= 0 {
		text = text[:i]
	}
	return text
}

func invert(m map[string]string) map[string][]string {
	out := map[string][]string{}
	for k, v := range m {
		out[v] = append(out[v], k)
	}
	return out
}
