package operators

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/network"
)

// RedisArgs describe the operator of Redis.
type RedisArgs struct{ Args }

// The names that its pods and those that it runs are labelled with, and their ports.
const (
	// RedisNamespace is the operator's.
	RedisNamespace = "redis-operator"

	redisOperator = "redis-operator"
	redisServers  = "redis-ha" // and sentinels

	redisPort    = 6379
	sentinelPort = 26379
)

// RedisOperator is the operator as the network policies of what it runs name it.
func RedisOperator() network.Peer {
	return network.Peer{Namespace: RedisNamespace, App: redisOperator}
}

// NewRedis registers the operator of Redis, and returns what its databases depend on. It fails only where a registration does.
func NewRedis(ctx *pulumi.Context, name string, args *RedisArgs, opts ...pulumi.ResourceOption) ([]pulumi.Resource, error) {
	operator, err := charts.Install(ctx, name, &charts.InstallArgs{
		Chart: charts.RedisOperator, Mirror: args.Mirror, Namespace: RedisNamespace, Values: redisValues(args.Args),
		Pods: map[string]network.Rules{redisOperator: {To: []network.Peer{
			network.APIServer(),
			{Namespace: args.Data, App: redisServers, Ports: []int{redisPort, sentinelPort}},
		}}},
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("installing the operator of redis: %w", err)
	}
	return operator.Ready, nil
}

// redisValues have the configuration written by an init container, as the operator's own end-to-end tests do: then the servers run
// the official image, the same as in mode single, and not one with the operator's scripts in it.
func redisValues(args Args) pulumi.Map {
	return pulumi.Map{
		"replicas": args.replicas(),
		"redisOperator": pulumi.Map{
			"imagePullPolicy": pulumi.String("IfNotPresent"),
			"watchNamespace":  pulumi.String(args.Data),
			"podLabels":       pulumi.StringMap{"app.kubernetes.io/name": pulumi.String(redisOperator)},
		},
		"featureGates": pulumi.Map{"GenerateConfigInInitContainer": pulumi.Bool(true), "AvoidCommandLinePassword": pulumi.Bool(true)},
		"resources":    charts.Requests("50m", "256Mi"),
		"podSecurityContext": pulumi.Map{
			"runAsNonRoot": pulumi.Bool(true), "runAsUser": pulumi.Int(65532),
			"seccompProfile": pulumi.Map{"type": pulumi.String("RuntimeDefault")},
		},
		"securityContext": charts.RestrictedContainer(),
	}
}
