// Package simulate plays histories of a whole stack in virtual time and breaks
// everything it can. One seed decides all of it: what the author and the subscribers
// do, when clocks tick, how events travel, in which order the calls of up to four
// handlers reach S3 and Mailgun, and which of them meets a fault.
//
// The real handlers run over the real store code, the real S3 client of the AWS SDK
// and the real client of Mailgun. Only three things are the simulator's: the transport
// below them (wire.go), the clock (a bubble of testing/synctest, so that a simulated
// week takes milliseconds), and the source of chance.
//
// A history has two parts. In the storm (storm.go) the world acts and things break.
// Then comes the calm (calm.go): no more faults, every event delivered or dropped,
// the clock ticking on; and when nothing changes any more, the oracles look at what
// is there. They share no code with what they check:
//
//	reader.go   what readers saw at every moment: whole pages, no dead link
//	rules.go    what the transport saw: nothing overwritten blind, nothing going backwards
//	copy.go     the site against a clean build of the content
//	mandate.go  nothing done to the site that no catalog asks for
//	truth.go    receipts and issues at the moment they are written
//	prompt.go   what events alone achieve, before any sweep
//	mailgun.go  each mail as it is accepted: to whom, when, and what its text says of mail
//	ledger.go   who was owed what, and got it once; blame.go knows what Mailgun lied about
//	editions.go for whom a mail was certainly not when it was frozen; deeds.go has what is
//	            certain of people, and when
//	desk.go     pages and receipts against what the author's desk says was uploaded
//	accounts.go what is said of an issue that is over is what Mailgun saw of it
//	standing.go where a post once was leads to where it is
//	discreet.go no log, URL or file names a subscriber that need not
//	erasure.go  nothing is left of who was forgotten
//
// The tests hold three kinds of histories more, on the same machinery: cases that somebody
// thought of (paper_test.go, narrow_test.go, move_test.go, promise_test.go, limits_test.go), a program that is
// broken on purpose (mutant_test.go), and a whole year with thousands of subscribers (year_test.go).
package simulate
