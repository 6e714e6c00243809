// Package autoscaling installs what scales workloads beyond Kubernetes' own HorizontalPodAutoscaler.
//
//	ready, err := autoscaling.NewKEDA(ctx, "keda", &autoscaling.KEDAArgs{
//		Args: autoscaling.Args{Mirror: mirror, Replicas: 2}, Queues: []network.Peer{rabbitmq.Connection.Server},
//	}, opts...)
//	// ScaledObjects: pulumi.DependsOn(ready)
//
// NewKEDA brings KEDA, which scales on queues and schedules, to and from zero. Its definitions stay when it goes, and with them what
// people made of their kinds. KEDA puts a finalizer on each ScaledObject and TriggerAuthentication, so that these have to go first:
// they do where they depend on what NewKEDA returns.
//
// NewRecommender brings the part of the Vertical Pod Autoscaler that says what pods should ask for. What would change or restart
// pods is left out. NewMetricsServer brings metrics-server, for clusters that lack it; each cloud's has it.
//
// All pods run at the level restricted. Where nodes run nothing there is neither webhook nor APIService: nobody would answer them,
// and an APIService that is not answered keeps Kubernetes from deleting namespaces.
package autoscaling
