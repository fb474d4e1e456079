package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pennypost/pennypost/functions"
	"github.com/pennypost/pennypost/internal/settings"
)

// topics are those that the settings in force offer.
func topics(ctx context.Context, s functions.Surroundings) ([]settings.Topic, error) {
	c, err := loadCatalog(ctx, s)
	if err != nil {
		return nil, err
	}
	set, _, err := settings.Parse([]byte(c.Settings))
	if err != nil {
		return nil, fmt.Errorf("the settings in the catalog: %w", err)
	}
	return set.Topics, nil
}

// topicIDs are the topics' ids, in the settings' order.
func topicIDs(all []settings.Topic) []string {
	var ids []string
	for _, t := range all {
		ids = append(ids, t.ID)
	}
	return ids
}

// topicNames are the topics' ids by what a list may call them.
func topicNames(all []settings.Topic) map[string]string {
	names := map[string]string{}
	for _, t := range all {
		names[strings.ToLower(t.Title)] = t.ID
	}
	for _, t := range all {
		names[strings.ToLower(t.ID)] = t.ID
	}
	return names
}

// choose refuses a topic that there is not.
func choose(chosen, known []string) error {
	for _, t := range chosen {
		if slices.Contains(known, t) {
			continue
		}
		if len(known) == 0 {
			return fmt.Errorf("there is no topic %q: the settings name none, so leave --topic out", t)
		}
		return fmt.Errorf("there is no topic %q: the settings name %s", t, strings.Join(known, ", "))
	}
	return nil
}

// inOrder is every topic that is known or was chosen: as the settings name them,
// then those they do not name any more.
func inOrder(known []string, chosen map[string]int) []string {
	all := slices.Clone(known)
	for _, t := range slices.Sorted(maps.Keys(chosen)) {
		if t != "" && !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	return all
}
