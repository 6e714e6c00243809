package kube

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// inParallel calls f for each of all, a few at a time, and returns the first error.
func inParallel[T any](ctx context.Context, all []T, f func(context.Context, T) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(requestsAtOnce)
	for _, one := range all {
		group.Go(func() error { return f(ctx, one) })
	}
	return group.Wait()
}
