package simulate

import (
	"encoding/json"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/kwok/pkg/utils/gotpl"
)

// statuses are the functions of stages/pod.yaml: each gives the status its name says, as JSON.
var statuses = gotpl.FuncMap{
	"Running": placed(func(pod *corev1.Pod, s *corev1.PodStatus) {
		s.Phase = corev1.PodRunning
		s.InitContainerStatuses = each(pod.Spec.InitContainers, initDone)
		s.ContainerStatuses = each(pod.Spec.Containers, running)
	}),
	"PullFailed": placed(func(pod *corev1.Pod, s *corev1.PodStatus) {
		waitForImages(pod, s, func(image string) *corev1.ContainerStateWaiting {
			return &corev1.ContainerStateWaiting{Reason: "ErrImagePull", Message: pullError(image)}
		})
	}),
	"PullBackOff": status(func(pod *corev1.Pod, s *corev1.PodStatus) {
		waitForImages(pod, s, func(image string) *corev1.ContainerStateWaiting {
			return &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff", Message: fmt.Sprintf("Back-off pulling image %q: ErrImagePull: %s", image, pullError(image))}
		})
	}),
	"Crashed": placed(func(pod *corev1.Pod, s *corev1.PodStatus) {
		s.Phase = corev1.PodRunning
		s.InitContainerStatuses = each(pod.Spec.InitContainers, initDone)
		s.ContainerStatuses = each(pod.Spec.Containers, func(c corev1.Container) corev1.ContainerStatus {
			if pod.Spec.RestartPolicy == corev1.RestartPolicyNever {
				return terminated(c, 1, "Error")
			}
			return corev1.ContainerStatus{RestartCount: 1, LastTerminationState: terminated(c, 1, "Error").State, State: corev1.ContainerState{
				Waiting: &corev1.ContainerStateWaiting{
					Reason:  "CrashLoopBackOff",
					Message: fmt.Sprintf("back-off 10s restarting failed container=%s pod=%s_%s(%s)", c.Name, pod.Name, pod.Namespace, pod.UID),
				},
			}}
		})
		if pod.Spec.RestartPolicy == corev1.RestartPolicyNever {
			s.Phase = corev1.PodFailed
		}
	}),
	"Succeeded": status(func(pod *corev1.Pod, s *corev1.PodStatus) {
		s.Phase = corev1.PodSucceeded
		s.InitContainerStatuses = each(pod.Spec.InitContainers, completed)
		s.ContainerStatuses = each(pod.Spec.Containers, completed)
	}),
	"Killed": status(func(pod *corev1.Pod, s *corev1.PodStatus) {
		s.Phase = corev1.PodFailed
		s.ContainerStatuses = each(pod.Spec.Containers, func(c corev1.Container) corev1.ContainerStatus {
			return terminated(c, 143, "Error") // by SIGTERM
		})
	}),
}

// status makes a template function of one that fills a pod's status; the conditions follow from the containers.
func status(fill func(*corev1.Pod, *corev1.PodStatus)) func(any) (string, error) {
	return func(object any) (string, error) {
		data, err := json.Marshal(object)
		if err != nil {
			return "", err
		}
		pod := &corev1.Pod{}
		if err := json.Unmarshal(data, pod); err != nil {
			return "", err
		}
		s := &corev1.PodStatus{StartTime: pod.Status.StartTime}
		if s.StartTime == nil {
			s.StartTime = &metav1.Time{Time: time.Now()}
		}
		fill(pod, s)
		s.Conditions = conditions(pod, s)
		data, err = json.Marshal(s)
		return string(data), err
	}
}

// placed also gives the addresses of the node and, if it has none yet, of the pod.
func placed(fill func(*corev1.Pod, *corev1.PodStatus)) func(any, []string, []string) (string, error) {
	return func(object any, hostIPs, podIPs []string) (string, error) {
		return status(func(pod *corev1.Pod, s *corev1.PodStatus) {
			fill(pod, s)
			for _, ip := range hostIPs {
				s.HostIPs = append(s.HostIPs, corev1.HostIP{IP: ip})
				s.HostIP = s.HostIPs[0].IP
			}
			if pod.Status.PodIP != "" {
				return
			}
			for _, ip := range podIPs {
				s.PodIPs = append(s.PodIPs, corev1.PodIP{IP: ip})
				s.PodIP = s.PodIPs[0].IP
			}
		})(object)
	}
}

func each(containers []corev1.Container, state func(corev1.Container) corev1.ContainerStatus) []corev1.ContainerStatus {
	var all []corev1.ContainerStatus
	for _, c := range containers {
		s := state(c)
		s.Name, s.Image = c.Name, c.Image
		all = append(all, s)
	}
	return all
}

func running(corev1.Container) corev1.ContainerStatus {
	yes := true
	return corev1.ContainerStatus{Ready: true, Started: &yes, State: corev1.ContainerState{
		Running: &corev1.ContainerStateRunning{StartedAt: metav1.Now()},
	}}
}

func completed(c corev1.Container) corev1.ContainerStatus { return terminated(c, 0, "Completed") }

func terminated(_ corev1.Container, code int32, reason string) corev1.ContainerStatus {
	now, no := metav1.Now(), false
	return corev1.ContainerStatus{Started: &no, State: corev1.ContainerState{
		Terminated: &corev1.ContainerStateTerminated{ExitCode: code, Reason: reason, StartedAt: now, FinishedAt: now},
	}}
}

// initDone is an init container after its turn: still running if it is a sidecar.
func initDone(c corev1.Container) corev1.ContainerStatus {
	if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
		return running(c)
	}
	done := completed(c)
	done.Ready = true
	return done
}

// waitForImages: init containers run in turn up to the first that cannot be pulled; if none, containers run but those.
func waitForImages(pod *corev1.Pod, s *corev1.PodStatus, why func(image string) *corev1.ContainerStateWaiting) {
	blocked := false
	state := func(good func(corev1.Container) corev1.ContainerStatus, inTurn bool) func(corev1.Container) corev1.ContainerStatus {
		return func(c corev1.Container) corev1.ContainerStatus {
			switch {
			case blocked:
				return corev1.ContainerStatus{State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "PodInitializing"}}}
			case unpullable(c.Image):
				blocked = inTurn
				return corev1.ContainerStatus{State: corev1.ContainerState{Waiting: why(c.Image)}}
			default:
				return good(c)
			}
		}
	}
	s.Phase = corev1.PodPending
	s.InitContainerStatuses = each(pod.Spec.InitContainers, state(initDone, true))
	s.ContainerStatuses = each(pod.Spec.Containers, state(running, false))
}

// conditions as the kubelet derives them, readiness gates passed.
func conditions(pod *corev1.Pod, s *corev1.PodStatus) []corev1.PodCondition {
	var all []corev1.PodCondition
	add := func(kind corev1.PodConditionType, ok bool, reason, message string) {
		c := corev1.PodCondition{Type: kind, Status: corev1.ConditionTrue, LastTransitionTime: metav1.Now()}
		if !ok {
			c.Status, c.Reason, c.Message = corev1.ConditionFalse, reason, message
		}
		all = append(all, c)
	}
	reason := "ContainersNotReady"
	switch s.Phase {
	case corev1.PodSucceeded:
		reason = "PodCompleted"
	case corev1.PodFailed:
		reason = "PodFailed"
	}
	pendingInit := waitingNames(s.InitContainerStatuses)
	unready := notReadyNames(s.ContainerStatuses)
	unreadyMessage := fmt.Sprintf("containers with unready status: %v", unready)
	add(corev1.PodReadyToStartContainers, true, "", "")
	add(corev1.PodInitialized, len(pendingInit) == 0, "ContainersNotInitialized", fmt.Sprintf("containers with incomplete status: %v", pendingInit))
	add(corev1.ContainersReady, len(unready) == 0, reason, unreadyMessage)
	add(corev1.PodReady, len(unready) == 0, reason, unreadyMessage)
	for _, gate := range pod.Spec.ReadinessGates {
		add(gate.ConditionType, true, "", "")
	}
	return all
}

func waitingNames(all []corev1.ContainerStatus) []string {
	var names []string
	for _, s := range all {
		if s.State.Waiting != nil {
			names = append(names, s.Name)
		}
	}
	return names
}

func notReadyNames(all []corev1.ContainerStatus) []string {
	var names []string
	for _, s := range all {
		if !s.Ready {
			names = append(names, s.Name)
		}
	}
	return names
}
