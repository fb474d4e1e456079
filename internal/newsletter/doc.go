// Package newsletter sends what is published to those who asked for it, each
// exactly once: a post at once to those who chose each post, digests to those who
// chose a week or a month.
//
// What is said once to a set of people is an issue: "post-<post id>",
// "weekly-2026-W47", "monthly-2026-11". It goes
//
//	waiting → (dormant) → sending → closed, or held, or cancelled
//
// and everything it is lies in objects of the state bucket that are created once
// or replaced by compare-and-swap, so that any number of runs may overlap, repeat
// or die at any point:
//
//	outbox.json                              ids of issues not closed, the one being frozen, how far the digests are,
//	                                         what the author is still to be told
//	issues/<id>/issue.json                   what the issue is about and its state
//	frozen/<id>/<freeze>/messages/<group>    the frozen mail of one group of recipients
//	frozen/<id>/<freeze>/recipients          the frozen list: uids by group, no addresses
//	issues/<id>/progress.json                which ranges of the list are sent, under way, uncertain, failed
//	sending.json                             for the whole account: learned limit, messages this hour and day, pause
//	notices/<id>                             a mail to the author, owed or mailed
//	receipts/issues/<id>  (content bucket)   the witness that an issue was begun and closed
//
// Two things decide, and each can happen once: creating the witness decides which
// freeze of an issue counts, and swapping a range into the claims of progress.json
// decides who posts it. A request whose fate is unknown is never repeated on a
// guess: Mailgun's own log is asked for its Message-Id.
package newsletter
