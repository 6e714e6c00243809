package local

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/plinth-iac/plinth/local/build"
	"github.com/plinth-iac/plinth/local/kube"
	"github.com/plinth-iac/plinth/local/rehearsal"
	"github.com/plinth-iac/plinth/stacks/platform"
)

// Status is how a stack does on this machine.
type Status struct {
	// Stack by name.
	Stack string `json:"stack"`
	// Running tells whether its cluster runs. All below is empty where it does not.
	Running bool `json:"running"`
	// Server is the API server's URL, on the loopback.
	Server string `json:"server,omitempty"`
	// Kubeconfig is the path of the file to reach it with, as cluster admin.
	Kubeconfig string `json:"kubeconfig,omitempty"`
	// Processes of the cluster.
	Processes []Process `json:"processes,omitempty"`
	// Providers that serve the engine.
	Providers []build.Provider `json:"providers,omitempty"`
	// Nodes by pool.
	Nodes map[string]int `json:"nodes,omitempty"`
	// Workloads are the programs that run, the data services' servers among them.
	Workloads []Workload `json:"workloads,omitempty"`
	// Services and their endpoints.
	Services []Service `json:"services,omitempty"`
	// Misfits are pods that no node has room for.
	Misfits []rehearsal.Misfit `json:"misfits,omitempty"`
	// Skipped are the services that Up left out. GetStatus does not know of them.
	Skipped []platform.Skip `json:"skipped,omitempty"`
	// Mistake of the stack file, where it has one: the cluster is as the last Up left it, and Misfits are not known.
	Mistake string `json:"mistake,omitempty"`
}

// Process is one of the cluster's.
type Process struct {
	// Name is supervisor, or what it keeps alive: etcd, apiserver and the like.
	Name string `json:"name"`
	// PID as the operating system has it.
	PID int `json:"pid"`
}

// Workload is one program.
type Workload struct {
	// Kind is Deployment, StatefulSet, Job, CronJob, or that of an operator's own object.
	Kind string `json:"kind"`
	// Namespace it is in. Kubernetes' own are left out.
	Namespace string `json:"namespace"`
	// Name of the object.
	Name string `json:"name"`
	// Ready counts its ready pods; of a Job, the runs that succeeded; of a CronJob, the Jobs under way.
	Ready int `json:"ready"`
	// Desired is what Ready should come to; Kubernetes' default of 1 where the object does not say.
	Desired int `json:"desired"`
	// Rolling tells that its newest pods are not all there and ready, or older ones still are.
	Rolling bool `json:"rolling,omitempty"`
	// Data tells that it is one of the platform's data services.
	Data bool `json:"data,omitempty"`
	// Secrets are the names, in its namespace, of what a data service is reached with, sorted. Never their values.
	Secrets []string `json:"secrets,omitempty"`
	// Operated tells that an operator starts its pods, which simulated nodes have none of.
	Operated bool `json:"operated,omitempty"`
}

// Service is one Kubernetes Service.
type Service struct {
	// Namespace it is in. Kubernetes' own and "default" are left out.
	Namespace string `json:"namespace"`
	// Name of the object.
	Name string `json:"name"`
	// Type is ClusterIP, NodePort, LoadBalancer or ExternalName.
	Type string `json:"type"`
	// Endpoint is its name within the cluster, or its address outside, with its ports.
	Endpoint string `json:"endpoint"`
}

// component is the label value of the platform's data services.
const component, data = "app.kubernetes.io/component", "data"

// GetStatus tells how a stack does. A stack that is not up is no error, nor is a stack file with mistakes; a cluster that does not
// answer is.
func GetStatus(ctx context.Context, o Options) (*Status, error) {
	s, err := o.session()
	if err != nil {
		return nil, err
	}
	c, err := kube.Attach(ctx, s.dirs.Cluster(s.stack))
	if errors.Is(err, kube.ErrNotRunning) {
		return &Status{Stack: s.stack}, nil
	}
	if err != nil {
		return nil, err
	}
	return s.status(ctx, c)
}

func (s *session) status(ctx context.Context, c *kube.Cluster) (*Status, error) {
	run, err := c.Status(ctx)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("asking the cluster of stack %s: %w\nwhat crashed is started again by itself: ask again in a few seconds; else `make stop STACK=%s` and "+
			"`make up STACK=%s` start it anew, with all that is in it", s.stack, err, s.stack, s.stack)
	}
	st := &Status{Stack: s.stack, Running: true, Server: run.Server, Kubeconfig: c.Kubeconfig()}
	st.Processes = append(st.Processes, Process{Name: "supervisor", PID: run.PID})
	for _, p := range run.Processes {
		st.Processes = append(st.Processes, Process{Name: p.Name, PID: p.PID})
	}
	if st.Providers, err = build.Providers(s.dirs); err != nil {
		return nil, err
	}
	client, err := clientOf(c)
	if err != nil {
		return nil, err
	}
	if err := st.read(ctx, client); err != nil {
		return nil, fmt.Errorf("reading what runs in the cluster: %w", err)
	}
	objects, err := objectsOf(c)
	if err != nil {
		return nil, err
	}
	if err := st.readOperated(ctx, objects); err != nil {
		return nil, err
	}
	st.Skipped = s.skipped
	cfg, err := s.readConfig()
	if err != nil {
		st.Mistake = err.Error()
		return st, nil
	}
	st.Misfits, err = rehearsal.Misfits(ctx, client, cfg)
	return st, err
}

func (st *Status) read(ctx context.Context, client kubernetes.Interface) error {
	all := metav1.ListOptions{}
	nodes, err := client.CoreV1().Nodes().List(ctx, all)
	if err != nil {
		return err
	}
	st.Nodes = map[string]int{}
	for _, n := range nodes.Items {
		st.Nodes[n.Labels["plinth.dev/pool"]]++
	}
	deployments, err := client.AppsV1().Deployments("").List(ctx, all)
	if err != nil {
		return err
	}
	for _, d := range deployments.Items {
		st.add(workloadOfDeployment(d))
	}
	sets, err := client.AppsV1().StatefulSets("").List(ctx, all)
	if err != nil {
		return err
	}
	for _, d := range sets.Items {
		st.add(workloadOfStatefulSet(d))
	}
	jobs, err := client.BatchV1().Jobs("").List(ctx, all)
	if err != nil {
		return err
	}
	for _, j := range jobs.Items {
		if len(j.OwnerReferences) == 0 {
			st.add(workloadOfJob(j))
		}
	}
	crons, err := client.BatchV1().CronJobs("").List(ctx, all)
	if err != nil {
		return err
	}
	for _, j := range crons.Items {
		st.add(Workload{Kind: "CronJob", Namespace: j.Namespace, Name: j.Name, Ready: len(j.Status.Active), Desired: len(j.Status.Active)})
	}
	services, err := client.CoreV1().Services("").List(ctx, all)
	if err != nil {
		return err
	}
	for _, service := range services.Items {
		if !isSystem(service.Namespace) && service.Namespace != corev1.NamespaceDefault {
			st.Services = append(st.Services, serviceOf(service))
		}
	}
	return nil
}

func (st *Status) add(w Workload) {
	if !isSystem(w.Namespace) {
		st.Workloads = append(st.Workloads, w)
	}
}

// isSystem tells Kubernetes' own namespaces.
func isSystem(namespace string) bool { return strings.HasPrefix(namespace, "kube-") }

func workloadOfDeployment(d appsv1.Deployment) Workload {
	w := Workload{Kind: "Deployment", Namespace: d.Namespace, Name: d.Name, Ready: int(d.Status.ReadyReplicas), Desired: replicas(d.Spec.Replicas)}
	w.Rolling = d.Status.ObservedGeneration < d.Generation || int(d.Status.UpdatedReplicas) < w.Desired ||
		d.Status.AvailableReplicas < d.Status.UpdatedReplicas || d.Status.Replicas > d.Status.UpdatedReplicas
	w.describe(d.Labels, d.Spec.Template.Spec)
	return w
}

func workloadOfStatefulSet(d appsv1.StatefulSet) Workload {
	w := Workload{Kind: "StatefulSet", Namespace: d.Namespace, Name: d.Name, Ready: int(d.Status.ReadyReplicas), Desired: replicas(d.Spec.Replicas)}
	w.Rolling = d.Status.ObservedGeneration < d.Generation || d.Status.UpdateRevision != d.Status.CurrentRevision
	w.describe(d.Labels, d.Spec.Template.Spec)
	return w
}

func workloadOfJob(j batchv1.Job) Workload {
	return Workload{Kind: "Job", Namespace: j.Namespace, Name: j.Name, Ready: int(j.Status.Succeeded), Desired: replicas(j.Spec.Completions)}
}

func replicas(n *int32) int {
	if n == nil {
		return 1
	}
	return int(*n)
}

// describe notes a data service, and the Secrets that its pods read: they hold what it is reached with.
func (w *Workload) describe(labels map[string]string, pod corev1.PodSpec) {
	if labels[component] != data {
		return
	}
	w.Data = true
	var names []string
	for _, v := range pod.Volumes {
		if v.Secret != nil {
			names = append(names, v.Secret.SecretName)
		}
	}
	for _, container := range slices.Concat(pod.InitContainers, pod.Containers) {
		for _, env := range container.Env {
			if env.ValueFrom != nil && env.ValueFrom.SecretKeyRef != nil {
				names = append(names, env.ValueFrom.SecretKeyRef.Name)
			}
		}
	}
	slices.Sort(names)
	w.Secrets = slices.Compact(names)
}

func serviceOf(s corev1.Service) Service {
	var ports []string
	for _, p := range s.Spec.Ports {
		ports = append(ports, fmt.Sprint(p.Port))
	}
	host := s.Name + "." + s.Namespace + ".svc"
	for _, ingress := range s.Status.LoadBalancer.Ingress {
		host = ingress.IP + ingress.Hostname
	}
	return Service{
		Namespace: s.Namespace, Name: s.Name, Type: string(s.Spec.Type),
		Endpoint: host + ":" + strings.Join(ports, ","),
	}
}
