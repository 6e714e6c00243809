package postgres

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/custom"
)

// stopSeconds is how long an instance gets to stop: what a cluster autoscaler waits for a pod.
// https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md, --max-graceful-termination-sec
const stopSeconds = 600

// haWait is how long a change may take until all instances are up: a recovery, or an upgrade with new replicas.
const haWait = "2h"

// instances makes the cluster. In prod it stays when it leaves the program or its stack is destroyed; it is not protected as
// well, which would refuse a recovery, where another cluster takes its place. The namespace that it is in is.
func (c *haCluster) instances() (*apiextensions.CustomResource, error) {
	spec, err := c.clusterSpec()
	if err != nil {
		return nil, err
	}
	var annotations pulumi.StringMap
	if !c.args.Simulated { // where nobody makes it ready
		annotations = pulumi.StringMap{"pulumi.com/waitFor": pulumi.String("condition=Ready")}
	}
	after := slices.Concat([]pulumi.Resource{c.record}, c.args.Operator)
	if c.store != nil {
		after = append(after, c.store.ready...)
	}
	return custom.New(c.ctx, c.name, &custom.Object{
		APIVersion: haAPI, Kind: "Cluster", Name: c.name, Namespace: c.args.Namespace, Labels: c.labels(),
		Annotations: annotations, Spec: spec,
	}, c.parent, pulumi.DependsOn(after), pulumi.RetainOnDelete(c.args.KeepData),
		pulumi.Timeouts(&pulumi.CustomTimeouts{Create: haWait, Update: haWait}))
}

func (c *haCluster) clusterSpec() (pulumi.Map, error) {
	parameters, err := c.parameters()
	if err != nil {
		return nil, err
	}
	bootstrap, origin, err := c.bootstrap()
	if err != nil {
		return nil, err
	}
	spec := pulumi.Map{
		"instances":          pulumi.Int(c.spec.Instances),
		"imageName":          pulumi.String("ghcr.io/cloudnative-pg/postgresql:" + images[c.spec.Version]),
		"serviceAccountName": pulumi.String(c.account),
		"bootstrap":          bootstrap,
		"postgresql": pulumi.Map{
			"parameters": pulumi.ToStringMap(parameters),
			"pg_hba":     pulumi.ToStringArray([]string{"hostnossl all all all reject"}),
		},
		"storage":                   pulumi.Map{"size": pulumi.String(c.spec.Storage), "resizeInUseVolumes": pulumi.Bool(true)},
		"resources":                 charts.Requests(string(c.spec.CPU), string(c.spec.Memory)),
		"affinity":                  c.affinity(),
		"topologySpreadConstraints": c.spread(),
		// A drain first moves the primary elsewhere, and goes on when that is done.
		"enablePDB":             pulumi.Bool(c.spec.Instances > 1),
		"primaryUpdateMethod":   pulumi.String("switchover"),
		"primaryUpdateStrategy": pulumi.String("unsupervised"),
		// Clients that pool connections never leave by themselves: the default, 3 minutes, would only keep new ones out.
		"smartShutdownTimeout":      pulumi.Int(10),
		"stopDelay":                 pulumi.Int(stopSeconds),
		"switchoverDelay":           pulumi.Int(stopSeconds),
		"ephemeralVolumesSizeLimit": pulumi.Map{"shm": pulumi.String(fmt.Sprint(sharedMemoryBytes(c.spec)))},
	}
	if *c.spec.Synchronous {
		spec["postgresql"].(pulumi.Map)["synchronous"] = pulumi.Map{
			"method": pulumi.String("any"), "number": pulumi.Int(1), "dataDurability": pulumi.String("required"),
			// Only a replica that is known to have every commit is promoted.
			"failoverQuorum": pulumi.Bool(true),
		}
	}
	if roles := c.roles(); len(roles) > 0 {
		spec["managed"] = pulumi.Map{"roles": roles}
	}
	if c.args.Monitoring != nil {
		if spec["monitoring"], err = c.monitoring(); err != nil {
			return nil, err
		}
	}
	if c.args.PriorityClass != "" {
		spec["priorityClassName"] = pulumi.String(c.args.PriorityClass)
	}
	if c.store != nil {
		spec["plugins"] = pulumi.Array{plugin(c.store.name, c.name, c.spec.Version, true)}
		spec["inheritedMetadata"] = pulumi.Map{"labels": c.store.identity.PodLabels}
	}
	if origin != nil {
		spec["externalClusters"] = pulumi.Array{origin}
	}
	return spec, nil
}

// bootstrap begins with an empty database, or with the backup of another cluster, which is the second result.
func (c *haCluster) bootstrap() (pulumi.Map, pulumi.Input, error) {
	owner := pulumi.Map{
		"database": pulumi.String(c.spec.Database), "owner": pulumi.String(c.spec.Database),
		"secret": pulumi.Map{"name": c.owner.Metadata.Name().Elem()},
	}
	if !c.recovers() {
		// As the image of mode single has it.
		owner["dataChecksums"], owner["encoding"] = pulumi.Bool(true), pulumi.String("UTF8")
		owner["localeCollate"], owner["localeCType"] = pulumi.String("en_US.UTF-8"), pulumi.String("en_US.UTF-8")
		return pulumi.Map{"initdb": owner}, nil, nil
	}
	from := c.spec.Recover.From
	owner["source"] = pulumi.String(from)
	target, err := c.spec.Recover.target(time.RFC3339)
	if err != nil {
		return nil, nil, err
	}
	if target != "" {
		owner["recoveryTarget"] = pulumi.Map{"targetTime": pulumi.String(target)}
	}
	return pulumi.Map{"recovery": owner}, pulumi.Map{
		"name": pulumi.String(from), "plugin": plugin(c.store.origin, from, c.spec.Version, false),
	}, nil
}

// parameters are the settings of mode single, less what the operator sets itself, and those of replication.
func (c *haCluster) parameters() (map[string]string, error) {
	storage := c.spec.Storage.Value()
	parameters := map[string]string{
		"huge_pages": fixed["huge_pages"], "log_lock_waits": fixed["log_lock_waits"],
		"log_timezone": fixed["log_timezone"], "timezone": fixed["timezone"],
		// What is archived every two minutes at the latest can be lost for less than five: the default, 5min, and the upload take longer.
		"archive_timeout": "2min",
		// A replica that is gone must not fill the disk of the primary with what is kept for it: it is made anew.
		"max_slot_wal_keep_size": kilobytes(storage.Value() / 4),
	}
	settings, err := c.settings()
	maps.Copy(parameters, settings)
	return parameters, err
}

// affinity keeps two instances off one node: always where their spread is required, else if possible.
func (c *haCluster) affinity() pulumi.Map {
	return pulumi.Map{
		"enablePodAntiAffinity": pulumi.Bool(true),
		"topologyKey":           pulumi.String("kubernetes.io/hostname"),
		"podAntiAffinityType":   pulumi.String(map[bool]string{true: "required", false: "preferred"}[c.args.Zones > 0]),
	}
}

func (c *haCluster) spread() pulumi.Array {
	constraint := pulumi.Map{
		"maxSkew": pulumi.Int(1), "topologyKey": pulumi.String("topology.kubernetes.io/zone"),
		"whenUnsatisfiable": pulumi.String("ScheduleAnyway"),
		"labelSelector": pulumi.Map{"matchLabels": pulumi.StringMap{
			"cnpg.io/cluster": pulumi.String(c.name), "cnpg.io/podRole": pulumi.String("instance"),
		}},
	}
	if c.args.Zones > 0 {
		// Without the number of zones, those that have no node yet would not count.
		constraint["whenUnsatisfiable"], constraint["minDomains"] = pulumi.String("DoNotSchedule"), pulumi.Int(c.args.Zones)
	}
	return pulumi.Array{constraint}
}
