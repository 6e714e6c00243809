package observe

import "fmt"

// Disks are alerts about the disks of a data service, whose path in the stack file has the key storage. See Claims.
func Disks(prefix, namespace, claims, path string) []Alert {
	return Claims(prefix, namespace, claims, path+".storage")
}

// Claims are alerts about disks, which look ahead for a day from how it went in the last six hours. prefix begins their names, claims
// is a regular expression for the PersistentVolumeClaims in the namespace, and key says how big they are in the stack file. The
// metrics are the kubelet's.
func Claims(prefix, namespace, claims, key string) []Alert {
	on := fmt.Sprintf(`{namespace="%s",persistentvolumeclaim=~"%s"}`, namespace, claims)
	return []Alert{
		{
			Name: prefix + "DiskFullInADay", For: "30m", Severity: Warning,
			Expr:    fmt.Sprintf("predict_linear(kubelet_volume_stats_available_bytes%s[6h], 86400) < 0", on),
			Summary: "The disk {{ $labels.persistentvolumeclaim }} will be full within a day, if it goes on like that.",
			Remedy:  fmt.Sprintf("Raise plinth:%s, which grows the disk while it is in use, or remove data.", key),
		},
		{
			Name: prefix + "DiskAlmostFull", For: "5m", Severity: Critical,
			Expr:    fmt.Sprintf("kubelet_volume_stats_available_bytes%s < 0.1 * kubelet_volume_stats_capacity_bytes%s", on, on),
			Summary: "The disk {{ $labels.persistentvolumeclaim }} has less than 10 % left; nothing more can be written when it is full.",
			Remedy:  fmt.Sprintf("Raise plinth:%s now, which grows the disk while it is in use.", key),
		},
	}
}
