package mocks

import (
	"slices"
	"strings"
)

// Direct are the URNs of what a resource depends on by itself, its provider included.
func (res *Resource) Direct() []string {
	urns := slices.Clone(res.Dependencies)
	if end := strings.LastIndex(res.Provider, "::"); end > 0 {
		urns = append(urns, res.Provider[:end])
	}
	return urns
}

// Needs are the URNs of all that must be there before a resource is made, and that goes only after it.
func (r *Recording) Needs(res *Resource) map[string]bool {
	found := map[string]bool{}
	var visit func(*Resource)
	visit = func(res *Resource) {
		for _, urn := range res.Direct() {
			if next := r.byURN(urn); next != nil && !found[urn] {
				found[urn] = true
				visit(next)
			}
		}
	}
	visit(res)
	return found
}
