package theme

import (
	"testing"

	"github.com/pennypost/pennypost/internal/browsertest"
)

// TestPagesAreValid asks html-validate about every page.
func TestPagesAreValid(t *testing.T) {
	browsertest.Valid(t, samplePages(t, sampleTheme(t)))
}
