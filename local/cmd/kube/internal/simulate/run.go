package simulate

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

// Run is the command kube nodes; it ends on SIGTERM.
func Run(args []string) error {
	flags := flag.NewFlagSet("nodes", flag.ContinueOnError)
	kubeconfig := flags.String("kubeconfig", "", "kubeconfig file")
	health := flags.String("health", "", "address that serves /readyz")
	if err := flags.Parse(args); err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return err
	}
	config.QPS = -1 // no limit: the API server has its own
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	ctrl.SetLogger(klog.Background())

	mgr, err := newManager(config, *health)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	if err := ensureStorageClass(ctx, client); err != nil {
		return err
	}
	if err := mgr.Add(newProvisioner(ctx, client)); err != nil {
		return err
	}
	if err := startKubelets(ctx, *kubeconfig); err != nil {
		return fmt.Errorf("simulated kubelets: %w", err)
	}
	return mgr.Start(ctx)
}

func newManager(config *rest.Config, health string) (manager.Manager, error) {
	mgr, err := ctrl.NewManager(config, ctrl.Options{
		Metrics:                server.Options{BindAddress: "0"},
		HealthProbeBindAddress: health,
	})
	if err != nil {
		return nil, err
	}
	if err := (&resizer{mgr.GetClient()}).setup(mgr); err != nil {
		return nil, err
	}
	if err := (&balancer{mgr.GetClient(), mgr.GetAPIReader(), mgr.GetEventRecorder("plinth-load-balancer")}).setup(mgr); err != nil {
		return nil, err
	}
	return mgr, mgr.AddReadyzCheck("controllers", func(r *http.Request) error {
		if !mgr.GetCache().WaitForCacheSync(r.Context()) {
			return fmt.Errorf("%s: caches are not filled", os.Args[0])
		}
		return nil
	})
}
