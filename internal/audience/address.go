package audience

import (
	"errors"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// ErrAddress is wrapped by every refusal of [ParseAddress].
var ErrAddress = errors.New("not an e-mail address")

// addressError says in words for a subscriber what is wrong; it never repeats the input.
type addressError string

func (e addressError) Error() string { return string(e) }
func (e addressError) Unwrap() error { return ErrAddress }

// The longest address and local part of RFC 5321 §4.5.3.1.
const (
	maxAddress = 254
	maxLocal   = 64
)

// ParseAddress checks one bare address and returns it as mail is sent to it: as
// typed, but without blanks around it, and with the domain in lower-case ASCII
// (IDN as Punycode). Plus-addresses and dots are kept. Display names, comments,
// quoted local parts, IP literals and dotless domains are refused: they are legal
// in a header and never what somebody means in a form. Errors wrap [ErrAddress].
func ParseAddress(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", addressError("Please enter your e-mail address.")
	}
	if len(s) > 4*maxAddress || !utf8.ValidString(s) {
		return "", addressError("This is too long to be an e-mail address.")
	}
	for _, r := range s {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError {
			return "", addressError("An e-mail address holds no spaces.")
		}
	}
	if strings.ContainsAny(s, `"<>()[]\,;:%`) {
		return "", addressError("Please enter just the address, like name@example.org.")
	}
	at := strings.LastIndexByte(s, '@')
	if at <= 0 || at == len(s)-1 {
		return "", addressError("An e-mail address looks like name@example.org.")
	}
	local, domain := s[:at], s[at+1:]
	domain, err := asciiDomain(domain)
	if err != nil {
		return "", err
	}
	out := local + "@" + domain
	if len(local) > maxLocal || len(out) > maxAddress {
		return "", addressError("This is too long to be an e-mail address.")
	}
	parsed, err := mail.ParseAddress(out)
	if err != nil || parsed.Name != "" || parsed.Address != out {
		return "", addressError("An e-mail address looks like name@example.org.")
	}
	return out, nil
}

// asciiDomain is the domain as DNS has it; at least two labels, the last not a number.
func asciiDomain(domain string) (string, error) {
	ascii, err := idna.Lookup.ToASCII(norm.NFKC.String(domain))
	if err != nil || len(ascii) > 253 {
		return "", addressError("The part after the @ is not a domain name.")
	}
	labels := strings.Split(ascii, ".")
	if len(labels) < 2 {
		return "", addressError("The part after the @ lacks its ending, like .org.")
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || strings.HasPrefix(l, "-") || strings.HasSuffix(l, "-") {
			return "", addressError("The part after the @ is not a domain name.")
		}
	}
	if last := labels[len(labels)-1]; strings.Trim(last, "0123456789") == "" || len(last) < 2 {
		return "", addressError("The part after the @ is not a domain name.")
	}
	return strings.ToLower(ascii), nil
}

// fold brings spellings of one address together: letter case and Unicode's
// compatibility forms (full-width letters, ligatures), nothing else. Dots and plus
// tags mean different mailboxes at most providers. It is used for finding the
// shard, the record and the hashes, never for sending.
func fold(address string) string {
	ascii := true
	for i := range len(address) {
		if address[i] >= utf8.RuneSelf {
			ascii = false
			break
		}
	}
	if ascii {
		return strings.ToLower(address)
	}
	// Folding can take a string out of normal form, so it is normalised after as well. It
	// swaps the cases of Cherokee, whose capitals came first; lower case then settles it.
	return norm.NFKC.String(strings.ToLower(cases.Fold().String(norm.NFKC.String(address))))
}

// Mask shows enough of an address for its owner to know it and not enough for
// anybody else: "j•••@example.org".
func Mask(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return "•••"
	}
	r, size := utf8.DecodeRuneInString(address[:at])
	if size == 0 || r == utf8.RuneError {
		return "•••" + address[at:]
	}
	return string(r) + "•••" + address[at:]
}
