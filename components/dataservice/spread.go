package dataservice

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// Spread is the topologySpreadConstraints of the pods with a label, for an operator's custom resource: as even as it goes, or so
// even that a pod which would break it does not start, where zones says over how many they must be.
func Spread(label, value string, zones int) pulumi.Array {
	constraint := func(topology string) pulumi.Map {
		c := pulumi.Map{
			"maxSkew": pulumi.Int(1), "topologyKey": pulumi.String(topology), "whenUnsatisfiable": pulumi.String("ScheduleAnyway"),
			"labelSelector": pulumi.Map{"matchLabels": pulumi.StringMap{label: pulumi.String(value)}},
		}
		if zones > 0 {
			c["whenUnsatisfiable"] = pulumi.String("DoNotSchedule")
		}
		return c
	}
	zone, host := constraint("topology.kubernetes.io/zone"), constraint("kubernetes.io/hostname")
	if zones > 0 {
		// Without their number, zones that have no node yet would not count.
		zone["minDomains"] = pulumi.Int(zones)
	}
	return pulumi.Array{zone, host}
}
