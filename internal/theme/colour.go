package theme

// The page's own colours in both schemes; the style sheet has the same values.
const (
	paperLight = "#fdfcf9"
	paperDark  = "#17181a"
)
