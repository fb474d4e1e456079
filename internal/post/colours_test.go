package post

import "github.com/pennypost/pennypost/internal/code"

func init() { RegisterColours(code.Tokens) }
