package logging

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/cluster/clustertest"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/tests/mocks"
)

const (
	releaseType   = "kubernetes:helm.sh/v3:Release"
	policyType    = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
	claimType     = "kubernetes:core/v1:PersistentVolumeClaim"
	namespaceType = "kubernetes:core/v1:Namespace"
	secretType    = "kubernetes:core/v1:Secret"
)

var proxies = network.Peer{Namespace: "envoy-gateway-system", App: "envoy"}

// addressed are a cloud's services whose buckets are at an address.
type addressed struct {
	clustertest.Services
	address string
}

func (s *addressed) NewBucket(ctx *pulumi.Context, name string, args *cluster.BucketArgs, opts ...pulumi.ResourceOption) (*cluster.Bucket, error) {
	bucket, err := s.Services.NewBucket(ctx, name, args, opts...)
	if bucket != nil {
		bucket.URL = pulumi.String(s.address).ToStringOutput()
	}
	return bucket, err
}

// program is one with logging and monitoring, as in prod.
func program(t *testing.T, s Spec, change func(*Args)) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		args := &Args{
			Spec: s.Complete(30, "100Gi"), Replicas: 3, Zones: 3, KeepData: true, PriorityClass: "plinth-high", JSON: proxies,
			Grafana: pulumi.String("monitoring"), Random: mocks.Random(t, ctx), Monitoring: []pulumi.Resource{},
		}
		if change != nil {
			change(args)
		}
		l, err := New(ctx, "logging", args, pulumi.Provider(mocks.Kubernetes(t, ctx)))
		if err != nil {
			return err
		}
		ctx.Export("address", pulumi.String(l.Address))
		return nil
	}
}

func at(t *testing.T, object any, keys ...string) any {
	t.Helper()
	for _, key := range keys {
		object = object.(map[string]any)[key]
		require.NotNil(t, object, "there is no %s in %v", key, keys)
	}
	return object
}
