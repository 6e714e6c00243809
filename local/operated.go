package local

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
)

// operated are the kinds of data services that an operator runs, each with the field that says how many servers it has.
var operated = []struct {
	resource schema.GroupVersionResource
	servers  string
}{
	{schema.GroupVersionResource{Group: "postgresql.cnpg.io", Version: "v1", Resource: "clusters"}, "instances"},
	{schema.GroupVersionResource{Group: "redis.redis.opstreelabs.in", Version: "v1beta2", Resource: "redisreplications"}, "clusterSize"},
	{schema.GroupVersionResource{Group: "rabbitmq.com", Version: "v1beta1", Resource: "rabbitmqclusters"}, "replicas"},
}

// readOperated adds the data services that operators run, where the cluster knows their kinds.
func (st *Status) readOperated(ctx context.Context, client dynamic.Interface) error {
	for _, kind := range operated {
		list, err := client.Resource(kind.resource).List(ctx, metav1.ListOptions{})
		if apierrors.IsNotFound(err) {
			continue
		}
		if err != nil {
			return fmt.Errorf("listing %s: %w", kind.resource.Resource, err)
		}
		for _, object := range list.Items {
			servers, _, err := unstructured.NestedInt64(object.Object, "spec", kind.servers)
			if err != nil {
				return fmt.Errorf("reading %s %s: %w", object.GetKind(), object.GetName(), err)
			}
			st.add(Workload{
				Kind: object.GetKind(), Namespace: object.GetNamespace(), Name: object.GetName(), Desired: int(servers), Data: true, Operated: true,
			})
		}
	}
	return nil
}
