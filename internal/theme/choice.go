package theme

import "slices"

// Cadences are the rhythms a subscriber can choose from; the first is chosen
// where the given one is none of them.
func Cadences(chosen string) []Choice {
	all := []Choice{
		{Value: "each", Title: "Each post", Hint: "as it appears"},
		{Value: "weekly", Title: "Weekly", Hint: "one letter a week"},
		{Value: "monthly", Title: "Monthly", Hint: "one letter a month"},
	}
	on := slices.IndexFunc(all, func(c Choice) bool { return c.Value == chosen })
	all[max(on, 0)].On = true
	return all
}

// TopicChoices are the settings' topics, those of the given ids chosen; nil chooses all.
func (t *Theme) TopicChoices(chosen []string) []Choice {
	var all []Choice
	for _, topic := range t.settings.Topics {
		on := chosen == nil || slices.Contains(chosen, topic.ID)
		all = append(all, Choice{Value: topic.ID, Title: topic.Title, On: on})
	}
	return all
}
