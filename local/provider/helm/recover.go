package helm

import (
	"errors"
	"fmt"

	"helm.sh/helm/v3/pkg/action"
	helmrelease "helm.sh/helm/v3/pkg/release"
	"helm.sh/helm/v3/pkg/storage/driver"
)

// recover brings a release that a crash left pending to where Helm goes on: to its last revision
// that worked, or away when none ever did. Nobody else can be at work on it: the engine lets one
// update at a time touch a stack. With mine unset the release is not known to be this stack's, and one
// that works is left alone: the install then says that the name is taken.
func (op operation) recover(mine bool) error {
	last, err := op.conf.Releases.Last(op.want.Name)
	if errors.Is(err, driver.ErrReleaseNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	pending := last.Info.Status
	if !pending.IsPending() {
		return nil
	}
	if _, deployed := op.conf.Releases.Deployed(op.want.Name); deployed == nil && !mine {
		return fmt.Errorf("the name is taken by a release that somebody else is changing (it is in %s): "+
			"take another name, or import it as %s", pending, op.want.id())
	}
	version, err := op.rollback(last.Version)
	switch {
	case err == nil:
		op.server.warn(op.urn, "Helm release %s was left in %s by an operation that did not end: it was rolled back to revision %d",
			op.want.id(), pending, version)
		return nil
	case !errors.Is(err, driver.ErrNoDeployedReleases):
		return err
	}
	if err := op.uninstall(); err != nil {
		return err
	}
	op.server.warn(op.urn, "Helm release %s was left in %s by an operation that did not end, and never worked: it was removed, and is installed again",
		op.want.id(), pending)
	return nil
}

// rollback returns to the latest revision before one that worked, and says which.
func (op operation) rollback(before int) (int, error) {
	history, err := op.conf.Releases.History(op.want.Name)
	if err != nil {
		return 0, err
	}
	good := 0
	for _, revision := range history {
		worked := revision.Info.Status == helmrelease.StatusDeployed || revision.Info.Status == helmrelease.StatusSuperseded
		if worked && revision.Version < before {
			good = max(good, revision.Version)
		}
	}
	if good == 0 {
		return 0, driver.NewErrNoDeployedReleases(op.want.Name)
	}
	client := action.NewRollback(op.conf)
	client.CleanupOnFail = op.want.CleanupOnFail
	client.DisableHooks = op.want.DisableCRDHooks
	client.Force = op.want.ForceUpdate
	client.Recreate = op.want.RecreatePods
	client.Timeout = op.want.timeout()
	client.Version = good
	client.Wait = !op.want.SkipAwait
	client.WaitForJobs = client.Wait && op.want.WaitForJobs
	if err := client.Run(op.want.Name); err != nil {
		return 0, fmt.Errorf("rollback to revision %d: %w", good, err)
	}
	return good, nil
}

func (op operation) uninstall() error {
	client := action.NewUninstall(op.conf)
	client.DisableHooks = op.want.DisableWebhooks
	client.IgnoreNotFound = true
	client.Timeout = op.want.timeout()
	client.Wait = true
	if _, err := client.Run(op.want.Name); err != nil {
		return fmt.Errorf("uninstall: %w", err)
	}
	return nil
}
