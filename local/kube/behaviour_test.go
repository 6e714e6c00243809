package kube_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/kubernetes"

	"github.com/plinth-iac/plinth/local/kube"
)

// behaviour is what a cluster must do, by name.
var behaviour = map[string]func(*testing.T, *kubernetes.Clientset, string){
	"a Deployment becomes available":              deploymentBecomesAvailable,
	"a GPU pod needs the toleration":              gpuNeedsToleration,
	"what no node can hold is said":               unschedulableIsSaid,
	"a claim binds, grows and goes":               claimLives,
	"a shared claim binds":                        sharedClaimBinds,
	"load balancers get addresses of their own":   loadBalancersGetAddresses,
	"a bad image waits and a good one recovers":   badImageWaits,
	"a bad init image holds the containers back":  badInitImageWaits,
	"init containers and sidecars":                initContainers,
	"a Job completes":                             jobCompletes,
	"a Job that crashes fails":                    jobFails,
	"a pod crashes in a loop when told to":        crashLoops,
	"a pod with a finalizer ends before deletion": finalizedPodEnds,
	"Pod Security is enforced":                    podSecurityIsEnforced,
	"a namespace is deleted with all in it":       namespaceIsDeleted,
}

func TestBehaviour(t *testing.T) {
	t.Parallel()
	c := start(t, t.TempDir())
	require.NoError(t, c.SetNodes(t.Context(), twoPools()))
	k := client(t, c)
	t.Run("nodes", func(t *testing.T) { nodesAreReconciled(t, c, k) })
	t.Run("in namespaces", func(t *testing.T) { // returns when all its parallel subtests have
		for name, check := range behaviour {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				ns, err := k.CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "test-"}}, metav1.CreateOptions{})
				require.NoError(t, err)
				check(t, k, ns.Name)
			})
		}
	})
	status, err := c.Status(t.Context())
	require.NoError(t, err)
	for _, p := range status.Processes {
		assert.Zero(t, p.Restarts, p.Name)
	}
}

func nodesAreReconciled(t *testing.T, c *kube.Cluster, k *kubernetes.Clientset) {
	node, err := k.CoreV1().Nodes().Get(t.Context(), "gpu-0", metav1.GetOptions{})
	require.NoError(t, err)
	assert.Subset(t, node.Labels, map[string]string{
		"plinth.dev/pool": "gpu", "topology.kubernetes.io/zone": "a", "topology.kubernetes.io/region": "here",
		"kubernetes.io/hostname": "gpu-0", "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
	})
	assert.Equal(t, []corev1.Taint{{Key: "nvidia.com/gpu", Value: "present", Effect: corev1.TaintEffectNoSchedule}}, node.Spec.Taints)
	assert.True(t, node.Status.Allocatable["nvidia.com/gpu"].Equal(resource.MustParse("1")))
	assert.True(t, node.Status.Allocatable["pods"].Equal(resource.MustParse("110")))
	assert.Equal(t, "v1.36.3", node.Status.NodeInfo.KubeletVersion)

	more := append(twoPools(), kube.Node{Name: "more-0", Pool: "more", Labels: map[string]string{"a": "b"}, Capacity: capacity("1", "1Gi", "")})
	more[0].Capacity = capacity("6", "24Gi", "")
	require.NoError(t, c.SetNodes(t.Context(), more))
	_, err = k.CoreV1().Nodes().Patch(t.Context(), "more-0", types.MergePatchType, []byte(`{"metadata":{"labels":{"mine":"stays"}}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	more[3].Labels = map[string]string{"c": "d"}
	require.NoError(t, c.SetNodes(t.Context(), more))
	node, err = k.CoreV1().Nodes().Get(t.Context(), "more-0", metav1.GetOptions{})
	require.NoError(t, err)
	assert.Subset(t, node.Labels, map[string]string{"c": "d", "mine": "stays"})
	assert.NotContains(t, node.Labels, "a")

	require.NoError(t, c.SetNodes(t.Context(), twoPools()))
	all, err := k.CoreV1().Nodes().List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	var names []string
	addresses := map[string]bool{}
	for _, n := range all.Items {
		names = append(names, n.Name)
		addresses[n.Status.Addresses[0].Address] = true
	}
	assert.ElementsMatch(t, []string{"system-0", "system-1", "gpu-0"}, names)
	assert.Len(t, addresses, 3, "every node has an address of its own")
	twice := append(twoPools(), twoPools()[0])
	require.ErrorContains(t, c.SetNodes(t.Context(), twice), `two nodes are named "system-0"`)
}

func deploymentBecomesAvailable(t *testing.T, k *kubernetes.Clientset, ns string) {
	createDeployment(t, k, ns, 3, podSpec("nginx:1.29"))
	eventually(t, "3 replicas available", func(ctx context.Context) (bool, string, error) {
		d, err := k.AppsV1().Deployments(ns).Get(ctx, "app", metav1.GetOptions{})
		return err == nil && d.Status.AvailableReplicas == 3, fmt.Sprintf("%+v", d.Status), err
	})
	pods, err := k.CoreV1().Pods(ns).List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	ips := map[string]bool{}
	for _, pod := range pods.Items {
		assert.Equal(t, corev1.PodRunning, pod.Status.Phase)
		ips[pod.Status.PodIP] = true
	}
	assert.Len(t, ips, 3, "every pod has an address of its own")
	assert.NotContains(t, ips, "")
}

func gpuNeedsToleration(t *testing.T, k *kubernetes.Clientset, ns string) {
	spec := podSpec("tensorflow/serving:2.19.0-gpu")
	spec.Containers[0].Resources.Limits = corev1.ResourceList{"nvidia.com/gpu": resource.MustParse("1")}
	createPod(t, k, ns, "without", spec, nil)
	assert.Contains(t, waitUnschedulable(t, k, ns, "without"), "nvidia.com/gpu")
	spec.Tolerations = []corev1.Toleration{{Key: "nvidia.com/gpu", Operator: corev1.TolerationOpExists}}
	createPod(t, k, ns, "with", spec, nil)
	pod := waitPod(t, k, ns, "with", "Running", func(p *corev1.Pod) bool { return p.Status.Phase == corev1.PodRunning })
	assert.Equal(t, "gpu-0", pod.Spec.NodeName)
}

func unschedulableIsSaid(t *testing.T, k *kubernetes.Clientset, ns string) {
	spec := podSpec("nginx:1.29")
	spec.Containers[0].Resources.Requests = corev1.ResourceList{"cpu": resource.MustParse("100")}
	createPod(t, k, ns, "big", spec, nil)
	assert.Contains(t, waitUnschedulable(t, k, ns, "big"), "Insufficient cpu")
}

func claimLives(t *testing.T, k *kubernetes.Clientset, ns string) {
	createClaim(t, k, ns, "data", corev1.ReadWriteOnce)
	spec := podSpec("postgres:17")
	spec.Volumes = []corev1.Volume{{Name: "data", VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "data"}}}}
	createPod(t, k, ns, "db", spec, nil)
	waitPod(t, k, ns, "db", "Running", func(p *corev1.Pod) bool { return p.Status.Phase == corev1.PodRunning })
	claim := waitClaim(t, k, ns, "data", "1Gi")
	_, err := k.CoreV1().PersistentVolumeClaims(ns).Patch(t.Context(), "data", types.MergePatchType,
		[]byte(`{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	waitClaim(t, k, ns, "data", "2Gi")
	volume, err := k.CoreV1().PersistentVolumes().Get(t.Context(), claim.Spec.VolumeName, metav1.GetOptions{})
	require.NoError(t, err)
	assert.Equal(t, "2Gi", volume.Spec.Capacity.Storage().String())

	require.NoError(t, k.CoreV1().Pods(ns).Delete(t.Context(), "db", metav1.DeleteOptions{}))
	require.NoError(t, k.CoreV1().PersistentVolumeClaims(ns).Delete(t.Context(), "data", metav1.DeleteOptions{}))
	eventually(t, "the volume goes with its claim", func(ctx context.Context) (bool, string, error) {
		v, err := k.CoreV1().PersistentVolumes().Get(ctx, claim.Spec.VolumeName, metav1.GetOptions{})
		if errors.IsNotFound(err) {
			return true, "", nil
		}
		return false, fmt.Sprintf("%v %+v", v.Finalizers, v.Status), err
	})
}

func sharedClaimBinds(t *testing.T, k *kubernetes.Clientset, ns string) {
	createClaim(t, k, ns, "models", corev1.ReadWriteMany)
	spec := podSpec("nginx:1.29")
	spec.Volumes = []corev1.Volume{{Name: "models", VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "models"}}}}
	createDeployment(t, k, ns, 2, spec)
	claim := waitClaim(t, k, ns, "models", "1Gi")
	assert.Equal(t, []corev1.PersistentVolumeAccessMode{corev1.ReadWriteMany}, claim.Status.AccessModes)
}

func loadBalancersGetAddresses(t *testing.T, k *kubernetes.Clientset, ns string) {
	given := map[string]bool{}
	for i := range 5 {
		_, err := k.CoreV1().Services(ns).Create(t.Context(), &corev1.Service{
			ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("web-%d", i)},
			Spec:       corev1.ServiceSpec{Type: corev1.ServiceTypeLoadBalancer, Ports: []corev1.ServicePort{{Port: 80, TargetPort: intstr.FromInt32(8080)}}},
		}, metav1.CreateOptions{})
		require.NoError(t, err)
	}
	for i := range 5 {
		eventually(t, "an address", func(ctx context.Context) (bool, string, error) {
			s, err := k.CoreV1().Services(ns).Get(ctx, fmt.Sprintf("web-%d", i), metav1.GetOptions{})
			if err != nil || len(s.Status.LoadBalancer.Ingress) == 0 {
				return false, "none", err
			}
			given[s.Status.LoadBalancer.Ingress[0].IP] = true
			return true, "", nil
		})
	}
	assert.Len(t, given, 5)
	for ip := range given {
		assert.Regexp(t, `^192\.0\.2\.\d+$`, ip)
	}
}

func badImageWaits(t *testing.T, k *kubernetes.Clientset, ns string) {
	createDeployment(t, k, ns, 1, podSpec("registry.invalid/app:1"))
	eventually(t, "ImagePullBackOff", func(ctx context.Context) (bool, string, error) {
		pods, err := k.CoreV1().Pods(ns).List(ctx, metav1.ListOptions{})
		if err != nil || len(pods.Items) != 1 || len(pods.Items[0].Status.ContainerStatuses) != 1 {
			return false, "no status", err
		}
		w := pods.Items[0].Status.ContainerStatuses[0].State.Waiting
		if w == nil || w.Reason != "ImagePullBackOff" {
			return false, fmt.Sprint(pods.Items[0].Status), nil
		}
		assert.Contains(t, w.Message, `Back-off pulling image "registry.invalid/app:1": ErrImagePull`)
		assert.Contains(t, w.Message, "lookup registry.invalid: no such host")
		return true, "", nil
	})
	_, err := k.AppsV1().Deployments(ns).Patch(t.Context(), "app", types.StrategicMergePatchType,
		[]byte(`{"spec":{"template":{"spec":{"containers":[{"name":"app","image":"registry.example/app:2"}]}}}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	eventually(t, "recovered", func(ctx context.Context) (bool, string, error) {
		d, err := k.AppsV1().Deployments(ns).Get(ctx, "app", metav1.GetOptions{})
		return err == nil && d.Status.ObservedGeneration == d.Generation && d.Status.UpdatedReplicas == 1 && d.Status.AvailableReplicas == 1 && d.Status.Replicas == 1,
			fmt.Sprintf("%+v", d.Status), err
	})
}

func badInitImageWaits(t *testing.T, k *kubernetes.Clientset, ns string) {
	spec := podSpec("nginx:1.29")
	spec.InitContainers = []corev1.Container{{Name: "one", Image: "busybox:1"}, {Name: "two", Image: "x.registry.invalid:5000/a@sha256:0123"}, {Name: "three", Image: "busybox:1"}}
	createPod(t, k, ns, "pod", spec, nil)
	pod := waitPod(t, k, ns, "pod", "ImagePullBackOff", func(p *corev1.Pod) bool {
		s := p.Status.InitContainerStatuses
		return len(s) == 3 && s[1].State.Waiting != nil && s[1].State.Waiting.Reason == "ImagePullBackOff"
	})
	assert.Equal(t, corev1.PodPending, pod.Status.Phase)
	assert.NotNil(t, pod.Status.InitContainerStatuses[0].State.Terminated)
	assert.Equal(t, "PodInitializing", pod.Status.InitContainerStatuses[2].State.Waiting.Reason)
	assert.Equal(t, "PodInitializing", pod.Status.ContainerStatuses[0].State.Waiting.Reason)
	_, err := k.CoreV1().Pods(ns).Patch(t.Context(), "pod", types.StrategicMergePatchType,
		[]byte(`{"spec":{"initContainers":[{"name":"two","image":"busybox:2"}]}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	waitPod(t, k, ns, "pod", "Running", func(p *corev1.Pod) bool { return p.Status.Phase == corev1.PodRunning })
}

func initContainers(t *testing.T, k *kubernetes.Clientset, ns string) {
	always := corev1.ContainerRestartPolicyAlways
	spec := podSpec("nginx:1.29")
	spec.InitContainers = []corev1.Container{{Name: "once", Image: "busybox:1"}, {Name: "sidecar", Image: "busybox:1", RestartPolicy: &always}}
	createPod(t, k, ns, "pod", spec, nil)
	pod := waitPod(t, k, ns, "pod", "Running", func(p *corev1.Pod) bool { return p.Status.Phase == corev1.PodRunning })
	assert.Equal(t, "Completed", pod.Status.InitContainerStatuses[0].State.Terminated.Reason)
	assert.NotNil(t, pod.Status.InitContainerStatuses[1].State.Running)
	assert.True(t, pod.Status.ContainerStatuses[0].Ready)
}

func jobCompletes(t *testing.T, k *kubernetes.Clientset, ns string) {
	createJob(t, k, ns, nil)
	waitJob(t, k, ns, batchv1.JobComplete)
}

func jobFails(t *testing.T, k *kubernetes.Clientset, ns string) {
	createJob(t, k, ns, map[string]string{"plinth.dev/simulate": "crash"})
	waitJob(t, k, ns, batchv1.JobFailed)
}

func crashLoops(t *testing.T, k *kubernetes.Clientset, ns string) {
	createPod(t, k, ns, "pod", podSpec("nginx:1.29"), map[string]string{"plinth.dev/simulate": "crash"})
	waitPod(t, k, ns, "pod", "CrashLoopBackOff", func(p *corev1.Pod) bool {
		s := p.Status.ContainerStatuses
		return len(s) == 1 && s[0].State.Waiting != nil && s[0].State.Waiting.Reason == "CrashLoopBackOff"
	})
}

func finalizedPodEnds(t *testing.T, k *kubernetes.Clientset, ns string) {
	createPod(t, k, ns, "pod", podSpec("nginx:1.29"), nil)
	waitPod(t, k, ns, "pod", "Running", func(p *corev1.Pod) bool { return p.Status.Phase == corev1.PodRunning })
	_, err := k.CoreV1().Pods(ns).Patch(t.Context(), "pod", types.MergePatchType, []byte(`{"metadata":{"finalizers":["plinth.dev/test"]}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	require.NoError(t, k.CoreV1().Pods(ns).Delete(t.Context(), "pod", metav1.DeleteOptions{}))
	pod := waitPod(t, k, ns, "pod", "Failed", func(p *corev1.Pod) bool { return p.Status.Phase == corev1.PodFailed })
	assert.EqualValues(t, 143, pod.Status.ContainerStatuses[0].State.Terminated.ExitCode)
	_, err = k.CoreV1().Pods(ns).Patch(t.Context(), "pod", types.MergePatchType, []byte(`{"metadata":{"finalizers":null}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	eventually(t, "the pod goes", func(ctx context.Context) (bool, string, error) {
		p, err := k.CoreV1().Pods(ns).Get(ctx, "pod", metav1.GetOptions{})
		if errors.IsNotFound(err) {
			return true, "", nil
		}
		return false, p.String(), err
	})
}

func podSecurityIsEnforced(t *testing.T, k *kubernetes.Clientset, ns string) {
	_, err := k.CoreV1().Namespaces().Patch(t.Context(), ns, types.MergePatchType,
		[]byte(`{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"restricted"}}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	_, err = k.CoreV1().Pods(ns).Create(t.Context(), &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "pod"}, Spec: podSpec("nginx:1.29")}, metav1.CreateOptions{})
	require.ErrorContains(t, err, "violates PodSecurity")
}

func namespaceIsDeleted(t *testing.T, k *kubernetes.Clientset, ns string) {
	createDeployment(t, k, ns, 2, podSpec("nginx:1.29"))
	createJob(t, k, ns, nil)
	createClaim(t, k, ns, "data", corev1.ReadWriteOnce)
	require.NoError(t, k.CoreV1().Namespaces().Delete(t.Context(), ns, metav1.DeleteOptions{}))
	eventually(t, "the namespace goes", func(ctx context.Context) (bool, string, error) {
		n, err := k.CoreV1().Namespaces().Get(ctx, ns, metav1.GetOptions{})
		if errors.IsNotFound(err) {
			return true, "", nil
		}
		return false, fmt.Sprintf("%+v", n.Status), err
	})
}
