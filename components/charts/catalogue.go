package charts

// The charts, at the versions that their repositories published last when they were looked up, 2026-08-23. Where a chart's custom
// resource definitions come from decides what becomes of them, and of everything that is of their kinds: those in its crds folder
// Helm makes before the rest, and neither changes nor removes afterwards.
var (
	// Alloy 1.11.1 of 2026-08-06, from grafana/alloy. Definitions: crds folder.
	Alloy = Chart{"alloy", "https://grafana.github.io/helm-charts", "1.11.1"}
	// AWSLoadBalancerController 3.5.0 of 2026-08-03, from kubernetes-sigs/aws-load-balancer-controller. Definitions: crds folder.
	AWSLoadBalancerController = Chart{"aws-load-balancer-controller", "https://aws.github.io/eks-charts", "3.5.0"}
	// CertManager v1.21.1 of 2026-07-29, from cert-manager/cert-manager. Definitions: values crds.enabled and crds.keep.
	CertManager = Chart{"cert-manager", "oci://quay.io/jetstack/charts", "v1.21.1"}
	// CloudNativePG 0.29.0 of 2026-06-29, from cloudnative-pg/charts. Definitions: value crds.create, kept.
	CloudNativePG = Chart{"cloudnative-pg", "https://cloudnative-pg.github.io/charts", "0.29.0"}
	// ClusterAutoscaler 9.59.0 of 2026-07-21, from kubernetes/autoscaler. Its own image is for Kubernetes 1.35: name one.
	ClusterAutoscaler = Chart{"cluster-autoscaler", "https://kubernetes.github.io/autoscaler", "9.59.0"}
	// DCGMExporter 4.8.2 of 2026-05-06, from NVIDIA/dcgm-exporter.
	DCGMExporter = Chart{"dcgm-exporter", "https://nvidia.github.io/dcgm-exporter/helm-charts", "4.8.2"}
	// ECKOperator 3.5.0 of 2026-07-24, from elastic/cloud-on-k8s. Definitions: value installCRDs; they go with the release, and
	// with them every Elasticsearch.
	ECKOperator = Chart{"eck-operator", "https://helm.elastic.co", "3.5.0"}
	// EnvoyGateway 1.9.0 of 2026-08-15, from envoyproxy/gateway. Definitions, Gateway API's too: crds folder of its part crds.
	EnvoyGateway = Chart{"gateway-helm", "oci://docker.io/envoyproxy", "v1.9.0"}
	// ExternalDNS 1.21.1 of 2026-04-30, from kubernetes-sigs/external-dns. Definitions: crds folder.
	ExternalDNS = Chart{"external-dns", "https://kubernetes-sigs.github.io/external-dns", "1.21.1"}
	// ExternalSecrets 2.9.0 of 2026-08-08, from external-secrets/external-secrets. Definitions: value installCRDs; to keep them,
	// crds.annotations.
	ExternalSecrets = Chart{"external-secrets", "https://charts.external-secrets.io", "2.9.0"}
	// Jaeger 4.11.1 of 2026-06-14, from jaegertracing/helm-charts.
	Jaeger = Chart{"jaeger", "https://jaegertracing.github.io/helm-charts", "4.11.1"}
	// KEDA 2.20.2 of 2026-07-31, from kedacore/charts. Definitions: value crds.install; to keep them, crds.additionalAnnotations.
	KEDA = Chart{"keda", "https://kedacore.github.io/charts", "2.20.2"}
	// KubePrometheusStack 88.5.3 of 2026-08-21, from prometheus-community/helm-charts. Definitions: crds folder of its part crds;
	// value crds.upgradeJob brings new ones.
	KubePrometheusStack = Chart{"kube-prometheus-stack", "https://prometheus-community.github.io/helm-charts", "88.5.3"}
	// Loki 7.3.0 of 2026-08-10, from grafana/loki: not grafana-community's chart of that name.
	Loki = Chart{"loki", "https://grafana.github.io/helm-charts", "7.3.0"}
	// MetricsServer 3.13.1 of 2026-06-11, from kubernetes-sigs/metrics-server.
	MetricsServer = Chart{"metrics-server", "https://kubernetes-sigs.github.io/metrics-server", "3.13.1"}
	// NVIDIADevicePlugin 0.20.0 of 2026-08-19, from NVIDIA/k8s-device-plugin.
	NVIDIADevicePlugin = Chart{"nvidia-device-plugin", "https://nvidia.github.io/k8s-device-plugin", "0.20.0"}
	// OpenTelemetryCollector 0.170.0 of 2026-08-14, from open-telemetry/opentelemetry-helm-charts.
	OpenTelemetryCollector = Chart{"opentelemetry-collector", "https://open-telemetry.github.io/opentelemetry-helm-charts", "0.170.0"}
	// PluginBarmanCloud 0.7.0 of 2026-06-10, from cloudnative-pg/charts. Definitions: value crds.create, kept.
	PluginBarmanCloud = Chart{"plugin-barman-cloud", "https://cloudnative-pg.github.io/charts", "0.7.0"}
	// RedisOperator 0.26.1 of 2026-08-22, from OT-CONTAINER-KIT/redis-operator. Definitions: crds folder.
	RedisOperator = Chart{"redis-operator", "https://ot-container-kit.github.io/helm-charts", "0.26.1"}
	// Reloader 2.2.16 of 2026-08-10, from stakater/Reloader.
	Reloader = Chart{"reloader", "https://stakater.github.io/stakater-charts", "2.2.16"}
	// VerticalPodAutoscaler 0.11.0 of 2026-07-26, from kubernetes/autoscaler. Definitions: crds folder.
	VerticalPodAutoscaler = Chart{"vertical-pod-autoscaler", "https://kubernetes.github.io/autoscaler", "0.11.0"}
)
