package platform

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/gateway"
	"github.com/plinth-iac/plinth/components/logging"
	"github.com/plinth-iac/plinth/components/workload"
	"github.com/plinth-iac/plinth/stacks/config"
)

// loggingService is plinth:logging, as Services names it.
const loggingService = "logging"

// logCharts are what each store is installed from.
var logCharts = map[logging.Store][]charts.Chart{
	logging.Loki: {charts.Loki, charts.Alloy}, logging.Elastic: {charts.ECKOperator},
}

// addLogging makes what collects and keeps logs. In prod the store is three times there, so that it loses none with a node.
func (p *platform) addLogging(ctx *pulumi.Context) error {
	if !p.services[loggingService] {
		return nil
	}
	args := &logging.Args{
		Spec: p.cfg.Logging, Mirror: p.cfg.Charts, Services: p.cluster.Services, Zones: p.spreadZones(), KeepData: p.keepData(),
		PriorityClass: workload.PriorityClass("high"), Random: p.random, Monitoring: p.monitoring, Simulated: p.cfg.Simulated,
	}
	if p.cfg.Environment == config.Prod {
		args.Replicas = 3
	}
	if p.gateway != nil {
		args.JSON = gateway.Proxies()
	}
	if p.watch != nil {
		args.Grafana = p.watch.Namespace
	}
	_, err := logging.New(ctx, "logging", args, p.runsPods())
	return err
}
