package postgres

import (
	"fmt"
	"strconv"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
)

// reservedConnections are those of the server that the poolers leave to replication, the operator, the metrics and people.
const reservedConnections = 20

// entrance is the Service that clients write to: the pooler's where there is one, else the primary's.
func (c *haCluster) entrance(of *apiextensions.CustomResource) (string, error) {
	pooler := c.spec.Pooler
	if pooler == nil {
		return c.name + "-rw", nil
	}
	settings, err := c.settings()
	if err != nil {
		return "", err
	}
	connections, err := strconv.Atoi(settings["max_connections"])
	if err != nil {
		return "", fmt.Errorf("postgres parameter max_connections is %q: write a number", settings["max_connections"])
	}
	name := c.name + "-pooler"
	if err := c.poolerBudget(name); err != nil {
		return "", err
	}
	each := fmt.Sprint(max((connections-reservedConnections)/pooler.Instances, 1))
	_, err = c.custom(haAPI, "Pooler", name, pulumi.Map{
		"cluster":   pulumi.Map{"name": pulumi.String(c.name)},
		"instances": pulumi.Int(pooler.Instances),
		"type":      pulumi.String("rw"),
		"pgbouncer": pulumi.Map{
			"poolMode": pulumi.String(pooler.Mode),
			"parameters": pulumi.StringMap{
				"max_client_conn":    pulumi.String(fmt.Sprint(pooler.Clients)),
				"max_db_connections": pulumi.String(each),
				"default_pool_size":  pulumi.String(each),
			},
		},
		"template": c.poolerPod(name),
	}, pulumi.DependsOn([]pulumi.Resource{of}))
	return name, err
}

// poolerPod spreads the poolers, and bounds their memory.
func (c *haCluster) poolerPod(name string) pulumi.Map {
	spec := pulumi.Map{
		"containers": pulumi.Array{pulumi.Map{
			"name": pulumi.String("pgbouncer"), "resources": charts.Requests("100m", "128Mi"),
		}},
		"topologySpreadConstraints": pulumi.Array{pulumi.Map{
			"maxSkew": pulumi.Int(1), "topologyKey": pulumi.String("kubernetes.io/hostname"),
			"whenUnsatisfiable": pulumi.String("ScheduleAnyway"),
			"labelSelector":     pulumi.Map{"matchLabels": pulumi.StringMap{"cnpg.io/poolerName": pulumi.String(name)}},
		}},
	}
	if c.args.PriorityClass != "" {
		spec["priorityClassName"] = pulumi.String(c.args.PriorityClass)
	}
	return pulumi.Map{"spec": spec}
}

// poolerBudget lets one pooler go at a time; the operator makes budgets for the instances only.
func (c *haCluster) poolerBudget(name string) error {
	_, err := policyv1.NewPodDisruptionBudget(c.ctx, name, &policyv1.PodDisruptionBudgetArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(name), Namespace: c.args.Namespace, Labels: c.labels()},
		Spec: policyv1.PodDisruptionBudgetSpecArgs{
			MaxUnavailable: pulumi.Int(1), UnhealthyPodEvictionPolicy: pulumi.String("AlwaysAllow"),
			Selector: metav1.LabelSelectorArgs{MatchLabels: pulumi.StringMap{"cnpg.io/poolerName": pulumi.String(name)}},
		},
	}, c.parent)
	if err != nil {
		return fmt.Errorf("making the PodDisruptionBudget %s: %w", name, err)
	}
	return nil
}
