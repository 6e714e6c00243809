package config

import (
	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/postgres"
	"github.com/plinth-iac/plinth/components/rabbitmq"
	"github.com/plinth-iac/plinth/components/redis"
	"github.com/plinth-iac/plinth/components/workload"
)

// Config is one stack file: everything a team says about one environment.
type Config struct {
	// Environment picks the preset: dev, stage or prod. Default: the stack's name.
	Environment Environment `json:"environment,omitempty" jsonschema:"enum=dev,enum=stage,enum=prod"`
	// Cloud is where the cluster runs: aws, gcp, azure, or existing (the kubeconfig in force).
	Cloud Cloud `json:"cloud" jsonschema:"enum=aws,enum=gcp,enum=azure,enum=existing"`
	// Region of the cloud, as the cloud names it. Not for existing.
	Region string `json:"region,omitempty"`
	// Domain under which the platform's host names are.
	Domain string `json:"domain,omitempty"`
	// Destroy allow is the first step of the way down: the next up lifts the protection that prod's data has. Then pulumi destroy
	// takes everything. Default: prod is protected.
	Destroy Destroy `json:"destroy,omitempty" jsonschema:"enum=allow"`
	// Cluster that everything runs on.
	Cluster cluster.Spec `json:"cluster,omitzero"`
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

// Protected tells whether the stack's data is kept from deletion: in prod, until the file says otherwise.
func (c *Config) Protected() bool { return c.Environment == Prod && c.Destroy != DestroyAllow }

// Secrets are the values that workloads read.
type Secrets struct {
	// Source is where the values live. Only "stack": Pulumi's encrypted config.
	Source string `json:"source,omitempty" jsonschema:"enum=stack,default=stack"`
	// Values by secret name, then by key.
	Values map[string]map[string]SecretValue `json:"values,omitempty"`
}
