// Package google makes data services on gcp: Cloud SQL for PostgreSQL and Memorystore for Redis.
//
//	services := google.New(&google.Platform{Provider: gcp, Parent: cluster, ...})
//	server, err := services.NewPostgres(ctx, "postgres", &managed.PostgresArgs{...}, opts...)
//
// Neither has a public address. Cloud SQL is reached through Private Service Connect, an address in a subnet of the cluster's
// network, and not through private services access: the peering of that stays for days after the last database is gone, and keeps
// the network from being deleted (terraform-provider-google #18834, magic-modules #18476). Memorystore peers with the network by
// itself, on a range that is known before, and takes the peering down with the instance.
//
// What gcp cannot do: it has no RabbitMQ. Memorystore makes its password itself, has no deletion protection but Pulumi's, and keeps
// its last snapshot only. Cloud SQL restores to a point in time within 7 days, and older days as they were at their backup.
package google
