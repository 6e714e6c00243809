package helm

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/postrender"
	helmrelease "helm.sh/helm/v3/pkg/release"
	"helm.sh/helm/v3/pkg/storage/driver"
)

// operation is one install or upgrade.
type operation struct {
	server *server
	conf   *action.Configuration
	urn    resource.URN
	want   *release
	chart  *chart.Chart
	path   string
}

func newOperation(
	s *server, conf *action.Configuration, urn resource.URN, want *release, chart *chart.Chart, path string,
) operation {
	return operation{server: s, conf: conf, urn: urn, want: want, chart: chart, path: path}
}

func (s *server) install(ctx context.Context, op operation) error {
	if err := op.recover(false); err != nil {
		return err
	}
	return op.install(ctx)
}

func (s *server) upgrade(ctx context.Context, op operation) error {
	if op.want.Lint {
		if err := lint(op.path, op.want.Values); err != nil {
			return err
		}
	}
	if err := op.recover(true); err != nil {
		return err
	}
	return op.upgrade(ctx)
}

func (op operation) install(ctx context.Context) error {
	want := op.want
	if kind := op.chart.Metadata.Type; kind != "" && kind != "application" {
		return fmt.Errorf("%s charts are not installable: name a chart of type application", kind)
	}
	renderer, err := postRenderer(want)
	if err != nil {
		return err
	}
	client := action.NewInstall(op.conf)
	client.CreateNamespace = want.CreateNamespace
	client.DependencyUpdate = want.DependencyUpdate
	client.Description = want.Description
	client.Devel = want.Devel
	client.DisableHooks = want.DisableWebhooks
	client.DisableOpenAPIValidation = want.DisableOpenapiValidation
	client.Namespace = want.Namespace
	client.PostRenderer = renderer
	client.ReleaseName = want.Name
	client.Replace = want.Replace
	client.SkipCRDs = want.SkipCrds
	client.SubNotes = want.RenderSubchartNotes
	client.Timeout = want.timeout()
	client.Wait = !want.SkipAwait || want.Atomic
	client.WaitForJobs = !want.SkipAwait && want.WaitForJobs
	// Atomic is done here, not by Helm, which would clear away what tells why it failed.
	live, err := client.RunWithContext(ctx, op.chart, want.Values)
	if err == nil || live == nil {
		return op.settled(live, err)
	}
	reasons := op.reasons(err, live)
	if want.Atomic {
		return errors.Join(op.failed("was rolled back, as atomic asks", reasons), op.uninstall())
	}
	if _, lookup := op.conf.Releases.Last(want.Name); lookup != nil {
		return op.failed("was not created", reasons)
	}
	return op.unready(live, "was created, but does not work yet", reasons)
}

func (op operation) upgrade(ctx context.Context) error {
	want := op.want
	renderer, err := postRenderer(want)
	if err != nil {
		return err
	}
	client := action.NewUpgrade(op.conf)
	client.CleanupOnFail = want.CleanupOnFail
	client.Description = want.Description
	client.Devel = want.Devel
	client.DisableHooks = want.DisableCRDHooks // not DisableWebhooks: so does the official provider
	client.Force = want.ForceUpdate
	if want.MaxHistory != nil {
		client.MaxHistory = *want.MaxHistory
	}
	client.Namespace = want.Namespace
	client.PostRenderer = renderer
	client.Recreate = want.RecreatePods
	client.ResetValues = want.ResetValues
	client.ReuseValues = want.ReuseValues
	client.SubNotes = want.RenderSubchartNotes
	client.Timeout = want.timeout()
	client.Wait = !want.SkipAwait || want.Atomic
	client.WaitForJobs = !want.SkipAwait && want.WaitForJobs
	live, err := client.RunWithContext(ctx, want.Name, op.chart, want.Values)
	if errors.Is(err, driver.ErrNoDeployedReleases) {
		// The release is gone: it never worked and was removed, or somebody uninstalled it.
		op.server.warn(op.urn, "Helm release %s is not there any more: it is installed again", want.id())
		return op.install(ctx)
	}
	if err == nil || live == nil {
		return op.settled(live, err)
	}
	reasons := op.reasons(err, live)
	what := "was upgraded, but does not work yet"
	if want.Atomic {
		version, rollback := op.rollback(live.Version)
		if rollback != nil {
			return errors.Join(op.failed("could not be upgraded, nor rolled back", reasons), rollback)
		}
		what = fmt.Sprintf("could not be upgraded, and was rolled back to revision %d, as atomic asks", version)
	}
	return op.unready(live, what, reasons)
}

func postRenderer(want *release) (postrender.PostRenderer, error) {
	if want.Postrender == "" {
		return nil, nil
	}
	renderer, err := postrender.NewExec(want.Postrender)
	if err != nil {
		return nil, fmt.Errorf("postrender: %w", err)
	}
	return renderer, nil
}

func (op operation) settled(live *helmrelease.Release, err error) error {
	if err != nil {
		return err
	}
	return op.want.observe(live)
}

// failed says that there is no release, and why.
func (op operation) failed(what string, reasons []string) error {
	errs := []error{fmt.Errorf("the release %s", what)}
	for _, reason := range append(reasons, remedy) {
		errs = append(errs, errors.New(reason))
	}
	return errors.Join(errs...)
}

// unready says that the release is there and does not work.
func (op operation) unready(live *helmrelease.Release, what string, reasons []string) error {
	if err := op.want.observe(live); err != nil {
		return err
	}
	message := fmt.Sprintf("Helm release %s %s", op.want.id(), what)
	return &plugin.InitError{Reasons: slices.Concat([]string{message}, reasons, []string{remedy})}
}
