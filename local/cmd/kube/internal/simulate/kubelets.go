package simulate

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"strings"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	"sigs.k8s.io/kwok/pkg/apis/internalversion"
	kwokconfig "sigs.k8s.io/kwok/pkg/config"
	"sigs.k8s.io/kwok/pkg/kwok/controllers"
	"sigs.k8s.io/kwok/pkg/log"
	kwokclient "sigs.k8s.io/kwok/pkg/utils/client"

	"github.com/plinth-iac/plinth/local/kube/state"
)

//go:embed stages/node.yaml
var nodeStages string

//go:embed stages/pod.yaml
var podStages string

const (
	// The kubelet's own lease duration, in seconds.
	leaseSeconds = 40
	// Of each worker pool: writes take milliseconds, and the API server has the same two cores.
	parallel = 4
)

// startKubelets plays all simulated nodes until ctx is done.
func startKubelets(ctx context.Context, kubeconfig string) error {
	stages, err := readStages(nodeStages, podStages)
	if err != nil {
		return err
	}
	clients, err := kwokclient.NewClientset("", kubeconfig)
	if err != nil {
		return err
	}
	config, err := clients.ToRESTConfig()
	if err != nil {
		return err
	}
	typed, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	plain, err := rest.RESTClientFor(config)
	if err != nil {
		return err
	}
	dynamic, err := clients.ToDynamicClient()
	if err != nil {
		return err
	}
	mapper, err := clients.ToRESTMapper()
	if err != nil {
		return err
	}
	controller, err := controllers.NewController(controllers.Config{
		Clock:                        clock.RealClock{},
		TypedClient:                  typed,
		RESTClient:                   plain,
		DynamicClient:                dynamic,
		RESTMapper:                   mapper,
		ManageNodesWithLabelSelector: state.SimulatedLabel + "=" + state.SimulatedValue,
		LocalStages:                  stages,
		FuncMap:                      statuses,
		// One fixed name, so that after a restart the leases are our own and need not run out first.
		ID:                        "plinth",
		NodeLeaseDurationSeconds:  leaseSeconds,
		NodeLeaseParallelism:      parallel,
		NodePlayStageParallelism:  parallel,
		PodPlayStageParallelism:   parallel,
		PodsOnNodeSyncParallelism: parallel,
	})
	if err != nil {
		return err
	}
	return controller.Start(log.NewContext(ctx, log.NewLogger(os.Stderr, log.LevelWarn)))
}

func readStages(files ...string) (map[internalversion.StageResourceRef][]*internalversion.Stage, error) {
	stages := map[internalversion.StageResourceRef][]*internalversion.Stage{}
	for _, file := range files {
		for document := range strings.SplitSeq(file, "\n---\n") {
			stage, err := kwokconfig.UnmarshalWithType[*internalversion.Stage](document)
			if err != nil {
				return nil, fmt.Errorf("stage %.60q: %w", document, err)
			}
			stages[stage.Spec.ResourceRef] = append(stages[stage.Spec.ResourceRef], stage)
		}
	}
	return stages, nil
}
