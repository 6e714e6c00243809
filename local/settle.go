package local

import (
	"context"
	"fmt"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/plinth-iac/plinth/local/kube"
	"github.com/plinth-iac/plinth/local/terminal"
)

// settleTime bounds the wait for autoscalers: twice the 15 s in which their controller looks at each once.
const settleTime = 30 * time.Second

// settle waits until every autoscaler has brought its workload to its fewest replicas, and these are available: only then all pods of
// the stack are there, and what does not fit is known.
func (s *session) settle(ctx context.Context, c *kube.Cluster) error {
	client, err := clientOf(c)
	if err != nil {
		return err
	}
	below, err := belowMinimum(ctx, client)
	if err != nil || below == 0 {
		return err
	}
	step := s.out.Step("autoscalers")
	limit := time.After(settleTime)
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for below > 0 {
		step.Progress("%s below the fewest replicas", terminal.Count(below, "workload"))
		select {
		case <-ctx.Done():
			step.Fail()
			return ctx.Err()
		case <-limit:
			step.Done("%s still below the fewest replicas", terminal.Count(below, "workload"))
			return nil
		case <-ticker.C:
		}
		if below, err = belowMinimum(ctx, client); err != nil {
			step.Fail()
			return err
		}
	}
	step.Done("all at their fewest replicas or more")
	return nil
}

func belowMinimum(ctx context.Context, client kubernetes.Interface) (int, error) {
	scalers, err := client.AutoscalingV2().HorizontalPodAutoscalers("").List(ctx, metav1.ListOptions{})
	if err != nil {
		return 0, fmt.Errorf("listing the autoscalers: %w", err)
	}
	below := 0
	for _, scaler := range scalers.Items {
		least := replicas(scaler.Spec.MinReplicas)
		available, err := availableReplicas(ctx, client, scaler.Namespace, scaler.Spec.ScaleTargetRef)
		if err != nil {
			return 0, err
		}
		if int(scaler.Status.DesiredReplicas) < least || available < least {
			below++
		}
	}
	return below, nil
}

// availableReplicas is how many replicas of an autoscaler's workload have been ready for its minReadySeconds: until then its rollout is not
// finished.
func availableReplicas(ctx context.Context, client kubernetes.Interface, namespace string, of autoscalingv2.CrossVersionObjectReference) (int, error) {
	if of.Kind == "StatefulSet" {
		set, err := client.AppsV1().StatefulSets(namespace).Get(ctx, of.Name, metav1.GetOptions{})
		if err != nil {
			return 0, fmt.Errorf("reading an autoscaled workload: %w", err)
		}
		return int(set.Status.AvailableReplicas), nil
	}
	deployment, err := client.AppsV1().Deployments(namespace).Get(ctx, of.Name, metav1.GetOptions{})
	if err != nil {
		return 0, fmt.Errorf("reading an autoscaled workload: %w", err)
	}
	return int(deployment.Status.AvailableReplicas), nil
}
