// Command pennypost is a blog and newsletter: see README.md.
package main

import (
	"os"

	"github.com/pennypost/pennypost/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) }
