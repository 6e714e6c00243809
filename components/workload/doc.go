// Package workload runs one of the team's own programs.
//
//	w, err := workload.New(ctx, "api", &workload.Args{
//		Spec:        spec.Complete(1), // validated
//		Namespace:   apps.Name,
//		Connections: []connection.Connection{redis.Connection},
//		Secrets:     map[string]pulumi.StringOutput{"jwt": jwt.Metadata.Name().Elem()},
//		Callers:     []network.Peer{{Namespace: "apps", App: "web"}},
//	}, pulumi.Provider(kubernetes))
//
// It creates a ServiceAccount that holds no token, a NetworkPolicy that opens exactly what the spec asks for, ConfigMaps
// and Secrets for the environment and the files, and by the spec's kind:
//
//   - service: a Deployment (or, where a volume is each replica's own, a StatefulSet and its claims), a Service where
//     there are ports, a PodDisruptionBudget, a HorizontalPodAutoscaler where there is a max (a ScaledObject of KEDA in its place
//     where a queue or the time of day counts too), a VerticalPodAutoscaler where recommendations are asked for, and where
//     there is monitoring a PrometheusRule and, for metrics, a ServiceMonitor;
//   - job: a Job, run again whenever anything in it changes;
//   - cronjob: a CronJob.
//
// Everything is named after the workload, but for ConfigMaps, Secrets and Jobs: a new content gets a new name, so that
// what reads it rolls. A claim is named <volume>-<workload>-<ordinal>, a shared one <volume>-<workload>.
//
// Pods meet the Pod Security level `restricted` and go past it with read-only roots. New returns at once; the engine waits
// until the program is ready, at most 10 minutes (20 with a GPU, whose images and nodes are slow to come), and a job
// until it is done. NewPriorities makes the PriorityClasses that workloads name, once per cluster.
package workload
