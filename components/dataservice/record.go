package dataservice

import (
	"fmt"
	"strconv"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/spec"
)

// The annotations of a record. They, and not its data, since a change of a ConfigMap's data replaces it, which is no update.
const (
	modeAnnotation    = "plinth.dev/mode"
	storageAnnotation = "plinth.dev/storage"
	versionAnnotation = "plinth.dev/version"
)

// Record is what a data service's files are like, which must not change without a thought.
type Record struct {
	// Path of the service in the stack file, such as postgres.
	Path spec.Path
	// Mode that it is run in.
	Mode spec.Mode
	// Storage in bytes. Empty where the size is not the user's.
	Storage spec.Quantity
	// Version is the major version of the files. 0 where any release reads them.
	Version int
	// Migrate allows another mode: the user sees to the data.
	Migrate bool
}

// NewRecord keeps the record of the data service called name in the cluster, as a ConfigMap <name>-record. An update that takes
// the service to another mode without Migrate, to less storage or to a lower version is refused, and so is its preview. What
// holds the data depends on the resource returned, so that it is not touched then. opts must carry the parent.
func NewRecord(
	ctx *pulumi.Context, name string, namespace pulumi.StringInput, labels pulumi.StringMap, r Record, opts ...pulumi.ResourceOption,
) (pulumi.Resource, error) {
	hook, err := ctx.RegisterResourceHook(name+"-record", r.refuse, &pulumi.ResourceHookOptions{OnDryRun: true})
	if err != nil {
		return nil, fmt.Errorf("guarding the data of %s: %w", name, err)
	}
	config, err := corev1.NewConfigMap(ctx, name+"-record", &corev1.ConfigMapArgs{
		Metadata: metav1.ObjectMetaArgs{
			Name: pulumi.String(name + "-record"), Namespace: namespace, Labels: labels,
			Annotations: pulumi.StringMap{
				modeAnnotation:    pulumi.String(r.Mode),
				storageAnnotation: pulumi.String(r.Storage),
				versionAnnotation: pulumi.String(strconv.Itoa(r.Version)),
			},
		},
	}, append(opts, pulumi.ResourceHooks(&pulumi.ResourceHookBinding{BeforeUpdate: []*pulumi.ResourceHook{hook}}))...)
	if err != nil {
		return nil, fmt.Errorf("recording what %s is: %w", name, err)
	}
	return config, nil
}

// refuse compares the record of the last deployment with r.
func (r Record) refuse(args *pulumi.ResourceHookArgs) error {
	was := annotations(args.OldInputs)
	var problems spec.Problems
	if mode := was[modeAnnotation]; mode != "" && mode != string(r.Mode) {
		if !r.Migrate {
			problems.Add(r.Path.Key("mode"), r.Mode, mode+", which the data is in: another mode begins without it",
				fmt.Sprintf("set migrate: true beside it and move the data as the README says, or go back to mode: %s", mode))
		}
		return problems.Err() // the files of the other mode are others
	}
	problems.CheckGrowth(r.Path.Key("storage"), r.Storage, spec.Quantity(was[storageAnnotation]))
	if version, err := strconv.Atoi(was[versionAnnotation]); err == nil && r.Version < version {
		problems.Add(r.Path.Key("version"), r.Version, fmt.Sprintf("at least %d, whose files are there", version),
			fmt.Sprintf("write %d; an older server reads only a dump of the data", version))
	}
	return problems.Err()
}

func annotations(inputs resource.PropertyMap) map[string]string {
	metadata := inputs["metadata"]
	if !metadata.IsObject() || !metadata.ObjectValue()["annotations"].IsObject() {
		return nil
	}
	texts := map[string]string{}
	for key, value := range metadata.ObjectValue()["annotations"].ObjectValue() {
		if value.IsString() {
			texts[string(key)] = value.StringValue()
		}
	}
	return texts
}
