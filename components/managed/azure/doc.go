// Package azure makes data services on Azure: Azure Database for PostgreSQL (flexible server) and Azure Managed Redis.
//
//	services := azure.New(&azure.Platform{Provider: azureNative, Parent: cluster, ...})
//	server, err := services.NewPostgres(ctx, "postgres", &managed.PostgresArgs{...}, opts...)
//
// Each service has a private endpoint in a subnet that admits the cluster's nodes only, is found through a private DNS zone, and
// is encrypted with a key of its own from the platform's vault, which it reads under an identity of its own. A managed lock keeps
// what is protected.
//
// What Azure cannot do: it has no RabbitMQ. Azure Managed Redis makes its two access keys itself, saves what it has to its disk
// every hour but keeps no older copies, and takes no maintenance window in the API that the provider knows. Backups of Postgres stay
// in the region (CKV_AZURE_136): a copy in the paired one would need a key and a vault there.
package azure
