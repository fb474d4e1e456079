package functions

import (
	"regexp"
	"strings"
	"sync"
)

var (
	// addresses finds what may be an e-mail address, wherever it stands, also as it is
	// written in URLs.
	addresses = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)("[^"\s]+"|[^\s<>"'(),;:=/?&\[\]{}]+)(@|%40|&#64;|＠)[^\s<>"'(),;:=/?&\[\]{}]+\.[^\s<>"'(),;:=/?&\[\]{}]+`)
	})
	// files matches what looks like an address but is a file's name, "photo@2x.png". No
	// mail goes to such endings; there is a country for ".md".
	files = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)^[^@]*@[^@.]*\.(markdown|txt|ya?ml|jpe?g|png|gif|webp|svg|heic|html|json)$`)
	})
)

// Redact returns a line without the e-mail addresses in it. None should be: this is
// for what servers and libraries may quote in their errors.
func Redact(line string) string {
	if !strings.ContainsAny(line, "@＠") && !strings.Contains(line, "%40") && !strings.Contains(line, "&#64;") {
		return line
	}
	return addresses().ReplaceAllStringFunc(line, func(found string) string {
		if files().MatchString(found) {
			return found
		}
		return "(address)"
	})
}
