// Command publish is the Lambda function that makes the site equal the content:
// woken by S3 events through a queue, and each minute by the clock.
package main

import (
	"github.com/pennypost/pennypost/functions"
	"github.com/pennypost/pennypost/internal/code"
	"github.com/pennypost/pennypost/internal/post"
)

func main() {
	post.RegisterColours(code.Tokens)
	functions.StartPublish()
}
