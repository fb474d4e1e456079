// Package mail makes the messages pennypost sends as pure values: an announced
// post, a digest, a confirmation, a notice. Each has an HTML form that holds in
// Outlook, Gmail and Apple Mail, and a plain text. Who gets one, and how it
// travels, is the business of others.
package mail

// Token is the only variable in a message. Mailgun puts the recipient's variable
// "t" in its place: the token with which one subscriber unsubscribes or changes
// what they get. Whoever sends an [Announcement] or a [Digest] sets it for each
// recipient under the name [TokenName].
const (
	Token     = "%recipient.t%"
	TokenName = "t"
)

// Message is one mail, the same for all its recipients but for [Token]. Its JSON
// is the format in which an issue's messages are frozen.
type Message struct {
	Subject   string `json:"subject"`
	Preheader string `json:"preheader,omitempty"` // what an inbox shows beside the subject
	HTML      string `json:"html"`
	Text      string `json:"text"`
	From      string `json:"from"`               // "Name <address>", encoded where RFC 5322 asks for it
	ReplyTo   string `json:"reply_to,omitempty"` // likewise; empty: answers go to From
	// Headers are further header fields: List-Unsubscribe and the like. No value
	// holds a line break.
	Headers map[string]string `json:"headers,omitempty"`
}
