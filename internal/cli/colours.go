package cli

import (
	"github.com/pennypost/pennypost/internal/code"
	"github.com/pennypost/pennypost/internal/post"
)

// colours is for the commands that write pages.
func colours() { post.RegisterColours(code.Tokens) }
