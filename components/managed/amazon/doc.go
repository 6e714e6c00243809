// Package amazon makes data services on aws: RDS for PostgreSQL, ElastiCache for Valkey, and Amazon MQ for RabbitMQ.
//
//	services := amazon.New(&amazon.Platform{Provider: aws, Parent: cluster, ...})
//	server, err := services.NewPostgres(ctx, "postgres", &managed.PostgresArgs{...}, opts...)
//
// With the first service come subnets of their own, one in each zone, which have no way to the internet. Each service has a
// security group that admits the cluster's nodes and pods on its port, and nobody else; is encrypted with the platform's data key;
// writes its logs to CloudWatch under the control key; and is kept up to date in the night to Sunday.
//
// What aws cannot do: ElastiCache and Amazon MQ have no deletion protection of their own, so that only Pulumi's protect keeps them,
// and a broker of Amazon MQ has no backup.
package amazon
