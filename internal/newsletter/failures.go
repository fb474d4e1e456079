package newsletter

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Failure is how many people were refused for one reason.
type Failure struct {
	Count  int    `json:"count"`
	Reason string `json:"reason"`
}

// failures are the failed places by reason, the most frequent first.
func (p *progress) failures() []Failure {
	var all []Failure
	for _, f := range p.Failed {
		all = addFailure(all, Failure{f.Count, f.Reason})
	}
	return all
}

// addFailure counts some more for a reason.
func addFailure(all []Failure, f Failure) []Failure {
	if f.Count <= 0 {
		return all
	}
	if k := slices.IndexFunc(all, func(g Failure) bool { return g.Reason == f.Reason }); k >= 0 {
		all[k].Count += f.Count
	} else {
		all = append(all, f)
	}
	slices.SortStableFunc(all, func(a, b Failure) int { return cmp.Compare(b.Count, a.Count) })
	return all
}

// reasonsNamed is how many reasons a line names; `pennypost issues show` names all.
const reasonsNamed = 3

// failedWords tell how many failed, and why as far as that is known: "10 failed:
// the message is malformed". Several reasons have their numbers.
func failedWords(failed int, why []Failure) string {
	words := fmt.Sprintf("%d failed", failed)
	if len(why) == 0 {
		return words
	}
	if len(why) == 1 && why[0].Count == failed {
		return words + ": " + why[0].Reason
	}
	var named []string
	for k, f := range why {
		if k == reasonsNamed {
			break
		}
		named = append(named, fmt.Sprintf("%d because %s", f.Count, f.Reason))
		failed -= f.Count
	}
	if failed > 0 {
		named = append(named, fmt.Sprintf("%d for other reasons", failed))
	}
	return words + ": " + strings.Join(named, "; ")
}
