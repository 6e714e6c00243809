package tests

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/urn"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/certmanager"
	"github.com/plinth-iac/plinth/stacks"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// storage is why a cloud has what an existing cluster lacks: the backups go to its object storage, at an address and under an
// identity of its own. The golden listings show what that makes of each.
const storage = "only a cloud has object storage"

// differences are what the in-cluster layer of a cloud may have otherwise than that of an existing cluster: "type name" and why.
// Everything else is the same everywhere, to the letter. Add to it only what a review has agreed to.
var differences = map[string]string{
	"plinth:backup:Backup postgres-backup":                               storage,
	"kubernetes:batch/v1:CronJob postgres-backup":                        storage,
	"kubernetes:core/v1:ServiceAccount postgres-backup":                  storage,
	"kubernetes:networking.k8s.io/v1:NetworkPolicy postgres-backup":      storage,
	"kubernetes:networking.k8s.io/v1:NetworkPolicy postgres":             storage, // which admits the dump
	"plinth:backup:Backup redis-backup":                                  storage,
	"kubernetes:batch/v1:CronJob redis-backup":                           storage,
	"kubernetes:core/v1:ServiceAccount redis-backup":                     storage,
	"kubernetes:networking.k8s.io/v1:NetworkPolicy redis-backup":         storage,
	"kubernetes:networking.k8s.io/v1:NetworkPolicy redis":                storage,
	"kubernetes:core/v1:Secret redis":                                    storage, // which knows the user of the dump
	"random:index/randomPassword:RandomPassword redis-backup-password":   storage,
	"kubernetes:monitoring.coreos.com/v1:PrometheusRule postgres":        storage, // which tells when a backup is late
	"kubernetes:monitoring.coreos.com/v1:PrometheusRule redis":           storage,
	"plinth:charts:Installation logging-loki":                            storage,
	"kubernetes:helm.sh/v3:Release logging-loki":                         storage,
	"kubernetes:core/v1:PersistentVolumeClaim logging-loki":              storage, // where there is none
	"kubernetes:networking.k8s.io/v1:NetworkPolicy logging-loki-loki":    storage,
	"kubernetes:monitoring.coreos.com/v1:PrometheusRule logging-loki":    storage, // which tells when the disk is full
	"kubernetes:gateway.envoyproxy.io/v1alpha1:EnvoyProxy gateway-proxy": "each cloud has its own words for its load balancer",
	"kubernetes:helm.sh/v3:Release monitoring":                           "GKE has kube-dns where the others have CoreDNS",
	"kubernetes:helm.sh/v3:Release gpu-metrics":                          "GKE keeps its driver in a folder of its own",

	// The same in mode ha.
	"kubernetes:monitoring.coreos.com/v1:PrometheusRule redis-ha":                                storage,
	"plinth:charts:Installation postgres-operator-backup":                                        storage,
	"kubernetes:helm.sh/v3:Release postgres-operator-backup":                                     storage,
	"kubernetes:networking.k8s.io/v1:NetworkPolicy postgres-operator-backup-plugin-barman-cloud": storage,
	"kubernetes:barmancloud.cnpg.io/v1:ObjectStore postgres-ha":                                  storage,
	"kubernetes:postgresql.cnpg.io/v1:Cluster postgres-ha":                                       storage, // which archives its log there
	"kubernetes:postgresql.cnpg.io/v1:ScheduledBackup postgres-ha-17":                            storage,
	"kubernetes:core/v1:ServiceAccount postgres-ha":                                              "on azure it names the cloud's identity in an annotation",
	"plinth:backup:Backup redis-ha-backup":                                                       storage,
	"kubernetes:batch/v1:CronJob redis-ha-backup":                                                storage,
	"kubernetes:core/v1:ServiceAccount redis-ha-backup":                                          storage,
	"kubernetes:core/v1:Secret redis-ha":                                                         storage,
	"kubernetes:networking.k8s.io/v1:NetworkPolicy redis-ha":                                     storage,
	"kubernetes:networking.k8s.io/v1:NetworkPolicy redis-ha-backup":                              storage,
}

// The promise of the house: what runs in the cluster does not know which cloud it is on.
func TestInClusterLayerIsTheSameEverywhere(t *testing.T) {
	t.Parallel()
	var differ sync.Map
	t.Cleanup(func() {
		for name := range differences {
			_, really := differ.Load(name)
			assert.True(t, really, "%s is the same everywhere by now: take it off the list of differences", name)
		}
	})
	for _, stack := range environments {
		t.Run(stack, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
				want := inCluster(t, run(t, stacks.Platform, onExisting(t, stack), mocks.WithStack(stack)))
				require.NotEmpty(t, want)
				for cloud := range clouds {
					got := inCluster(t, run(t, stacks.Platform, onCloud(t, stack, cloud)...))
					for name := range merge(want, got) {
						if differences[name] == "" {
							assert.Equal(t, want[name], got[name], "%s in %s on %s", name, stack, cloud)
						} else if !assert.ObjectsAreEqual(want[name], got[name]) {
							differ.Store(name, true)
						}
					}
				}
			})
		})
	}
}

// onExisting is a stack file on an existing cluster, whose hosts have the certificates that they would have on a cloud.
func onExisting(t *testing.T, stack string) mocks.Option {
	t.Helper()
	issuer := certmanager.Staging
	if stack == "prod" {
		issuer = certmanager.LetsEncrypt
	}
	values := readStackFile(t, stack)
	values["plinth:cloud"] = "existing"
	delete(values, "plinth:region")
	certificates, _ := values["plinth:certificates"].(map[string]any)
	values["plinth:certificates"] = merge(certificates, map[string]any{"issuer": string(issuer)})
	return asConfig(t, values)
}

func merge[V any](a, b map[string]V) map[string]V {
	all := map[string]V{}
	maps.Copy(all, a)
	maps.Copy(all, b)
	return all
}

// placed is what a registration means to a cluster, without the words in which each cloud's own layer stands below it.
type placed struct {
	Parent                          string
	Inputs                          map[string]any
	Protect, RetainOnDelete, OneWay bool
	IgnoreChanges                   []string
	Timeouts                        mocks.Timeouts
	After                           []string
}

// inCluster are the registrations above the cluster contract, by type and name.
func inCluster(t *testing.T, r *mocks.Recording) map[string]placed {
	t.Helper()
	above := map[string]bool{}
	for _, res := range r.Resources() {
		above[res.URN] = !ofTheCluster(r, res)
	}
	all := map[string]placed{}
	for _, res := range r.Resources() {
		if !above[res.URN] || strings.HasPrefix(res.Type, "pulumi:providers:") {
			continue
		}
		var after []string
		for _, dependency := range res.Dependencies {
			if above[dependency] {
				after = append(after, label(dependency))
			}
		}
		slices.Sort(after)
		name := res.Type + " " + res.Name
		require.NotContains(t, all, name)
		all[name] = placed{
			Parent: label(res.Parent), Inputs: res.Inputs, Protect: res.Protect, RetainOnDelete: res.RetainOnDelete,
			OneWay: res.DeleteBeforeReplace, IgnoreChanges: res.IgnoreChanges, Timeouts: res.Timeouts, After: after,
		}
	}
	return all
}

// ofCloud begin the types of what is the cloud's: its own resources, and the components that are made of them.
var ofCloud = []string{"plinth:eks:", "plinth:gke:", "plinth:aks:", "plinth:existing:", "aws:", "gcp:", "azure-native:"}

// ofTheCluster tells whether a resource is the cloud's, or belongs to what is.
func ofTheCluster(r *mocks.Recording, res *mocks.Resource) bool {
	for res != nil {
		if slices.ContainsFunc(ofCloud, func(prefix string) bool { return strings.HasPrefix(res.Type, prefix) }) {
			return true
		}
		parent := res.Parent
		res = nil
		for _, other := range r.Resources() {
			if other.URN == parent {
				res = other
			}
		}
	}
	return false
}

// label is the type and the name in a URN, for people.
func label(of string) string {
	u := urn.URN(of)
	if of == "" || u.Type() == "pulumi:pulumi:Stack" {
		return "the stack"
	}
	return string(u.Type()) + " " + u.Name()
}
