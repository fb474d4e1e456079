package settings

import (
	"os"
	"testing"
)

// TestSampleSettings holds that the site.yaml new users start from is without fault.
func TestSampleSettings(t *testing.T) {
	text, err := os.ReadFile("../../" + Key)
	if err != nil {
		t.Fatal(err)
	}
	s, warns, err := Parse(text)
	if err != nil || len(warns) > 0 {
		t.Fatalf("mistakes: %v, warnings: %v", err, warns)
	}
	if s.Newsletter.Address == "" || s.Author.Name == "" || s.Location.String() != "Europe/London" || len(s.Topics) != 3 {
		t.Errorf("the sample has lost something: %+v", s)
	}
	if s.Newsletter.Domain != "" || s.URL != "" || s.Author.Email != "" {
		t.Error("the sample names an address that is somebody's own to choose")
	}
}
