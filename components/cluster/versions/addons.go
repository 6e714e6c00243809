package versions

import (
	"fmt"
	"strings"
)

// AddOn is one EKS add-on at the version that goes with a Kubernetes version.
type AddOn struct {
	// Name as EKS knows it.
	Name string
	// Version of the add-on.
	Version string
	// BeforeNodes says that nodes need it to become ready, so that it is installed before them and stays until they are gone.
	// The others need nodes to run on.
	BeforeNodes bool
}

// addOns are the add-ons of an EKS cluster, in the order of their installation. It
// fails where the version is not one that EKS supports.
//
// Versions: a cluster upgraded from 1.34 over 1.35 to 1.36 with exactly these on 2026-09-23 (its owner's log in a public
// repository); pod identity agent: pinned on 1.34, 1.35 and 1.36 in several public stacks of mid 2026. AWS' own pages of
// spring 2026 list older builds of the same minor versions. They never go down from one column to the next, so that an
// upgrade never downgrades an add-on.
var addOns = []struct {
	name        string
	beforeNodes bool
	versions    map[string]string
}{
	{"vpc-cni", true, same("v1.22.4-eksbuild.3")},
	{"kube-proxy", true, map[string]string{"1.34": "v1.34.6-eksbuild.29", "1.35": "v1.35.3-eksbuild.29", "1.36": "v1.36.0-eksbuild.25"}},
	{"eks-pod-identity-agent", true, same("v1.3.10-eksbuild.3")},
	{"coredns", false, map[string]string{"1.34": "v1.12.4-eksbuild.38", "1.35": "v1.13.2-eksbuild.31", "1.36": "v1.14.3-eksbuild.23"}},
	{"aws-ebs-csi-driver", false, same("v1.66.0-eksbuild.1")},
	{"metrics-server", false, same("v0.9.0-eksbuild.11")},
}

// same is an add-on version that serves every supported Kubernetes version.
func same(version string) map[string]string {
	return map[string]string{"1.34": version, "1.35": version, "1.36": version}
}

// AddOns returns the add-ons that belong to a Kubernetes version on EKS, in the order of their installation.
func AddOns(version string) ([]AddOn, error) {
	var all []AddOn
	for _, a := range addOns {
		v, ok := a.versions[version]
		if !ok {
			return nil, fmt.Errorf("no EKS add-ons are known for Kubernetes %q; choose one of %s", version, strings.Join(Supported("aws"), ", "))
		}
		all = append(all, AddOn{Name: a.name, Version: v, BeforeNodes: a.beforeNodes})
	}
	return all, nil
}
