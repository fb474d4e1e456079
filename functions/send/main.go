// Command send is the Lambda function that freezes, sends and settles newsletter
// issues: woken each minute by the clock.
package main

import "github.com/pennypost/pennypost/functions"

func main() { functions.StartSend() }
