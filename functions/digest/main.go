// Command digest is the Lambda function that opens the weekly and monthly issues
// that are due: woken each minute by the clock.
package main

import "github.com/pennypost/pennypost/functions"

func main() { functions.StartDigest() }
