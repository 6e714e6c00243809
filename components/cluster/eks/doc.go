// Package eks makes a cluster on Amazon EKS, whole: what pods, volumes, load balancers, autoscaling and cloud permissions need is
// there when New returns its Ready resources.
//
//	c, err := eks.New(ctx, "cluster", &cluster.Args{
//		Spec:   spec.Complete(),
//		Region: "eu-central-1",
//		Admins: []string{"arn:aws:iam::111122223333:role/deploy"},
//	})
//	// c.Cluster.Provider installs into it.
//
// It creates a VPC (or uses one that is there) with private subnets for nodes, public ones for load balancers, NAT and flow
// logs; customer keys for secrets and logs, and for data; the control plane with access entries; a managed node group with a
// launch template for each pool; the EKS add-ons for network, network policy, DNS, volumes, metrics and pod identity; the
// Cluster Autoscaler, the AWS Load Balancer Controller and, beside a GPU pool, NVIDIA's device plugin, each with a role of
// its own; the default encrypted StorageClass; and ECR repositories.
//
// Whoever deploys must be among Admins: EKS gives its creator no access here, so that who ran the first deployment does not
// matter. A cluster without api.allow has a private endpoint only: deploy from inside its network.
//
// Upgrades go control plane, then the add-ons of the nodes, then pools, then the add-ons that run on them. A pool's nodes are
// replaced within its disruption budgets when the version or the launch template changes. When its machine type or zones
// change, a new node group comes up first, and then the old one is drained and goes: where args.Protect is on within the
// budgets, by kubectl, and elsewhere in the five minutes that EKS gives. With a max, the autoscaler owns the size; min and max
// are changed from a state that knows it (pulumi up --refresh), and the aws CLI is asked whether it does.
package eks
