// Command webhook is the Lambda function that takes Mailgun's events: bounces,
// complaints, unsubscribes.
package main

import "github.com/pennypost/pennypost/functions"

func main() { functions.StartWebhook() }
