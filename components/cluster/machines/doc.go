// Package machines is the catalogue that turns a pool's wish for CPU, memory and GPUs into the
// machine types of a cloud, and knows which regions, zones and GPUs each cloud has.
//
//	choice, err := machines.Pick("aws", "eu-central-1", machines.Request{CPU: 8, Memory: 32 << 30, Spot: true})
//	// choice.Types: m7i.2xlarge, m6i.2xlarge, m6a.2xlarge, m5.2xlarge
//	pods := machines.Allocatable("aws", choice)
//
// It is pure data and creates nothing. The tables are machines.csv and regions.csv. Changing a
// shape's preferred type makes every pool of that shape be replaced, so add shapes rather than
// reorder types.
//
// Sources. Sizes on aws and azure: cluster-autoscaler's generated tables (ec2_instance_types.go of
// 2026-01-22, azure_instance_types.go of 2026-03-17); on gcp Google's machine family pages, with
// the types checked against the price list in karpenter-provider-gcp of 2026-08-03. Local disks on
// azure: the size pages in azure-compute-docs (2024-07 to 2025). Regions: on aws the offers per
// zone in skypilot-catalog v8, read 2026-11 (the m families stand for c and r of their
// generation); on gcp that price list, GPUs per zone from skypilot-catalog v5 and v8; on azure
// reliability-docs' list of regions with zones (2025-09) and the price list in
// karpenter-provider-azure of 2026-06-18, which does not know zones. A price is not a promise of
// capacity or quota.
package machines
