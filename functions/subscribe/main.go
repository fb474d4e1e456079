// Command subscribe is the Lambda function behind the subscriber's pages: signing
// up, confirming, preferences, unsubscribing.
package main

import "github.com/pennypost/pennypost/functions"

func main() { functions.StartSubscribe() }
