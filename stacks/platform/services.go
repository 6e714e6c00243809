package platform

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/certmanager"
	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/stacks/config"
)

// The services that publish workloads and bring secrets, as Services names them.
const (
	gatewayService      = "gateway"
	certificatesService = "certificates"
	dnsService          = "dns"
	secretsService      = "secrets"
)

// Service is one of what a platform runs beside its workloads.
type Service struct {
	// Name as the stack file has it.
	Name string
	// Charts that it is installed from; none where it is in the cluster already.
	Charts []charts.Chart
	// Manifests that it is installed from, where it has no chart.
	Manifests []charts.Manifest
}

// Services lists those that a stack file asks for.
func Services(cfg *config.Config) []Service {
	var all []Service
	add := func(wanted bool, name string, install *bool, from ...charts.Chart) {
		if install != nil && !*install {
			from = nil
		}
		if wanted {
			all = append(all, Service{Name: name, Charts: from})
		}
	}
	publishes := *cfg.Gateway.Enabled && len(cfg.Routed()) > 0
	add(publishes, gatewayService, cfg.Gateway.Install, charts.EnvoyGateway)
	add(*cfg.Certificates.Enabled, certificatesService, cfg.Certificates.Install, charts.CertManager)
	add(publishes && cfg.Zone() != nil, dnsService, nil, charts.ExternalDNS)
	add(cfg.Secrets.Source == config.SourceCloud, secretsService, cfg.Secrets.Install, charts.ExternalSecrets, charts.Reloader)
	add(*cfg.Monitoring.Enabled, monitoringService, cfg.Monitoring.Install, charts.KubePrometheusStack)
	add(watchesGPUs(cfg), gpuService, nil, charts.DCGMExporter)
	add(*cfg.Logging.Enabled, loggingService, cfg.Logging.Install, logCharts[cfg.Logging.Store]...)
	add(*cfg.Tracing.Enabled, tracingService, cfg.Tracing.Install, charts.OpenTelemetryCollector, charts.Jaeger)
	add(*cfg.Autoscaling.Enabled, autoscalingService, cfg.Autoscaling.Install, charts.KEDA)
	add(cfg.Autoscaling.Recommendations, recommendationsService, cfg.Autoscaling.Install, charts.VerticalPodAutoscaler)
	add(cfg.Autoscaling.MetricsServer, metricsServerService, nil, charts.MetricsServer)
	return append(all, operated(cfg)...)
}

// Skip is a service that is asked for and left out.
type Skip struct {
	// Service as the stack file has it.
	Service string `json:"service"`
	// Why in a few words.
	Why string `json:"why"`
	// Cause of that with what to do, where it is that something cannot be had.
	Cause string `json:"cause,omitempty"`
	// StandIn tells that a single server stands in for it.
	StandIn bool `json:"standIn,omitempty"`
}

func (s Skip) String() string {
	text := "plinth:" + s.Service + " is skipped: " + s.Why
	if s.StandIn {
		text = "plinth:" + s.Service + ".mode ha is skipped, and a single server stands in: " + s.Why
	}
	if s.Cause != "" {
		text += ": " + s.Cause
	}
	return text
}

// Skipped lists the services that a stack file asks for and that are left out, given what of their charts is unreachable.
func Skipped(cfg *config.Config) []Skip {
	_, skipped := (&platform{cfg: cfg}).divide()
	return skipped
}

// chooseServices settles which services are made, and says which are not.
func (p *platform) chooseServices(ctx *pulumi.Context) error {
	made, skipped := p.divide()
	p.services = made
	for _, skip := range skipped {
		p.skipped = append(p.skipped, skip.Service)
		if skip.StandIn {
			p.standIn(skip.Service)
		}
		if err := ctx.Log.Warn(skip.String(), nil); err != nil {
			return fmt.Errorf("telling that %s is skipped: %w", skip.Service, err)
		}
	}
	return nil
}

// divide tells the services that are made from those that are not: one whose chart cannot be had, and one that nothing is left of
// without another.
func (p *platform) divide() (made map[string]bool, skipped []Skip) {
	made = map[string]bool{}
	for _, service := range Services(p.cfg) {
		skip := Skip{Service: service.Name, StandIn: slices.Contains(p.cfg.DataServices(), service.Name)}
		skip.Why, skip.Cause = p.missing(service)
		if skip.Why == "" && service.Name == certificatesService && p.needsGateway() && !made[gatewayService] {
			skip.Why = "Let's Encrypt asks the gateway whether the domain is ours, and there is none"
		}
		if skip.Why == "" && service.Name == gpuService && !made[monitoringService] {
			skip.Why = "there is no monitoring"
		}
		switch {
		case skip.Why != "":
			skipped = append(skipped, skip)
		case !skip.StandIn:
			made[service.Name] = true
		}
	}
	return made, skipped
}

// missing says which chart or manifest of a service cannot be had, and the cause with what to do.
func (p *platform) missing(service Service) (what, cause string) {
	var needed [][2]string
	for _, chart := range service.Charts {
		needed = append(needed, [2]string{"chart", chart.Name})
	}
	for _, manifest := range service.Manifests {
		needed = append(needed, [2]string{"manifest", manifest.Name})
	}
	for _, n := range needed {
		if why, gone := p.cfg.Unreachable[n[1]]; gone {
			return fmt.Sprintf("the %s %s cannot be had", n[0], n[1]), why + "; name a mirror that has it in plinth:charts"
		}
	}
	return "", ""
}

// needsGateway tells whether domains are proved through the gateway.
func (p *platform) needsGateway() bool {
	return p.cfg.Certificates.Issuer != certmanager.Private && p.cfg.Zone() == nil
}

// replicas of a service's own programs: one that may break, or two, of which one may.
func (p *platform) replicas() int {
	if p.cfg.Environment == config.Dev {
		return 1
	}
	return 2
}
