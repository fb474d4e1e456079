package post

import "unicode/utf8"

// nearest is the candidate that takes the fewest edits to reach from s, or "" if
// all are far off.
func nearest(s string, candidates []string) string {
	folded := fold(s)
	best, least := "", 1+max(1, utf8.RuneCountInString(folded)/3)
	for _, c := range candidates {
		if d := distance(folded, fold(c)); d < least {
			best, least = c, d
		}
	}
	return best
}

// distance is Damerau and Levenshtein's: insertions, deletions, replacements and
// swaps of neighbours. It is never asked about more than 40 letters.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > 40 || len(y) > 40 {
		return 40
	}
	before, above := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range above {
		above[j] = j
	}
	for i := range x {
		row := make([]int, len(y)+1)
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			row[j+1] = min(row[j]+1, above[j+1]+1, above[j]+cost)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, above = above, row
	}
	return above[len(y)]
}
