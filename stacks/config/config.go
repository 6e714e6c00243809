package config

import (
	"github.com/plinth-iac/plinth/components/autoscaling"
	"github.com/plinth-iac/plinth/components/certmanager"
	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/gateway"
	"github.com/plinth-iac/plinth/components/logging"
	"github.com/plinth-iac/plinth/components/monitoring"
	"github.com/plinth-iac/plinth/components/postgres"
	"github.com/plinth-iac/plinth/components/rabbitmq"
	"github.com/plinth-iac/plinth/components/redis"
	"github.com/plinth-iac/plinth/components/tracing"
	"github.com/plinth-iac/plinth/components/workload"
)

// Config is one stack file: everything a team says about one environment.
type Config struct {
	// Environment picks the preset: dev, stage or prod. Default: the stack's name.
	Environment Environment `json:"environment,omitempty" jsonschema:"enum=dev,enum=stage,enum=prod"`
	// Cloud is where the cluster runs: aws, gcp, azure, or existing (the kubeconfig in force).
	Cloud Cloud `json:"cloud" jsonschema:"enum=aws,enum=gcp,enum=azure,enum=existing"`
	// Region of the cloud, as the cloud names it. Another cloud's name stands for the region of this one in the same place, where there
	// is one. Not for existing.
	Region string `json:"region,omitempty"`
	// Domain under which the platform's host names are.
	Domain string `json:"domain,omitempty"`
	// Destroy allow is the first step of the way down: the next up lifts the protection that prod has, of the cluster, its network,
	// keys and registry, and of the data, from Pulumi and from the cloud. Then pulumi destroy takes everything. Default: prod is protected.
	Destroy Destroy `json:"destroy,omitempty" jsonschema:"enum=allow"`
	// Cluster that everything runs on.
	Cluster Cluster `json:"cluster,omitzero"`
	// Tags on everything of the cloud that takes them. Not for existing.
	Tags map[string]string `json:"tags,omitempty"`
	// Charts is the base that all charts are pulled from: https, oci or file. Default: each chart's own repository.
	Charts string `json:"charts,omitempty" jsonschema:"pattern=^(https|oci|file)://.+"`
	// Certificates of the platform's hosts.
	Certificates certmanager.Spec `json:"certificates,omitzero"`
	// Gateway that publishes the workloads that have a route.
	Gateway gateway.Spec `json:"gateway,omitzero"`
	// DNS that the platform's hosts are published in, and that proves that they are ours.
	DNS DNS `json:"dns,omitzero"`
	// Monitoring of the cluster and of what runs in it.
	Monitoring monitoring.Spec `json:"monitoring,omitzero"`
	// Logging collects what pods print: the store alone, loki or elastic, or more.
	Logging logging.Spec `json:"logging,omitzero"`
	// Tracing of the workloads that ask for it.
	Tracing tracing.Spec `json:"tracing,omitzero"`
	// Autoscaling of the workloads beyond cpu and memory.
	Autoscaling autoscaling.Spec `json:"autoscaling,omitzero"`
	// Postgres, if the platform has one.
	Postgres *postgres.Spec `json:"postgres,omitempty"`
	// Redis, if the platform has one.
	Redis *redis.Spec `json:"redis,omitempty"`
	// RabbitMQ, if the platform has one.
	RabbitMQ *rabbitmq.Spec `json:"rabbitmq,omitempty"`
	// Secrets that workloads read.
	Secrets Secrets `json:"secrets,omitzero"`
	// Workloads are the team's own programs, by name.
	Workloads map[string]workload.Spec `json:"workloads,omitempty"`

	// Unreachable are the charts that cannot be had where the stack is run, by name, each with the reason: what needs one is left out.
	Unreachable map[string]string `json:"-"`
	// Simulated tells that the cluster's nodes run nothing.
	Simulated bool `json:"-"`
}

// Cloud is where a cluster runs.
type Cloud string

const (
	// AWS is Amazon EKS.
	AWS Cloud = "aws"
	// GCP is Google GKE.
	GCP Cloud = "gcp"
	// Azure is Azure AKS.
	Azure Cloud = "azure"
	// Existing is the cluster of the kubeconfig in force.
	Existing Cloud = "existing"
)

// Cluster is what a stack file says of its cluster.
type Cluster struct {
	cluster.Spec

	// Admins of the cluster, by cloud.
	Admins cluster.Admins `json:"admins,omitzero"`
	// Registry of the platform's own images. Not for existing.
	Registry Registry `json:"registry,omitzero"`
}

// Registry is where a cloud keeps the platform's own images. Its address is the stack's output registry.
type Registry struct {
	// Repositories are the names of the images that it takes. Only aws asks for them; on gcp and azure it takes any.
	Repositories []string `json:"repositories,omitempty" jsonschema:"uniqueItems=true"`
	// KeepImages is how many images of each repository are kept, counted from the newest. Default 100.
	KeepImages int `json:"keepImages,omitempty" jsonschema:"minimum=1,maximum=10000,default=100"`
}

// Environment is what a stack is for; it picks the preset.
type Environment string

const (
	// Dev is a laptop or a small cluster: single replicas, breakable.
	Dev Environment = "dev"
	// Stage is a smaller copy of prod on the same cloud.
	Stage Environment = "stage"
	// Prod is spread over three zones, highly available and protected.
	Prod Environment = "prod"
)

// Destroy says whether what prod protects may be deleted.
type Destroy string

// DestroyAllow lifts all protection.
const DestroyAllow Destroy = "allow"

// Secrets are the values that workloads read.
type Secrets struct {
	// Source is where the values live: stack, Pulumi's encrypted config, or cloud, the secret store of the cloud. Workloads read them
	// the same way.
	Source string `json:"source,omitempty" jsonschema:"enum=stack,enum=cloud,default=stack"`
	// Values by secret name, then by key. Only where source is stack.
	Values map[string]map[string]SecretValue `json:"values,omitempty"`
	// Prefix of the secrets' names in the cloud's store: there, the secret jwt is one JSON object under prefix and jwt, with its keys
	// in it. Default plinth-<stack>-.
	Prefix string `json:"prefix,omitempty" jsonschema:"pattern=^[a-z0-9][a-z0-9-]{1,60}-$"`
	// Refresh is how often the cloud's store is asked whether a value changed, as a number of m or h. What changed reaches the pods.
	// Default 1h.
	Refresh string `json:"refresh,omitempty" jsonschema:"pattern=^[1-9][0-9]*(m|h)$,default=1h"`
	// Install is false where External Secrets and Reloader are in the cluster already. Default true.
	Install *bool `json:"install,omitempty"`
}

// Protected tells whether the stack's data and its cluster are kept from deletion: in prod, until the file says otherwise.
func (c *Config) Protected() bool { return c.Environment == Prod && c.Destroy != DestroyAllow }
