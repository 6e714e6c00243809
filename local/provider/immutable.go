package provider

import (
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// immutable lists the fields whose change replaces the object, by group and kind and for the versions
// the official provider knows of. A field stands for all below it; [] stands for any element.
var immutable = func() map[string][]string {
	selector := []string{"spec.selector"}
	statefulSet := []string{
		"spec.podManagementPolicy", "spec.revisionHistoryLimit", "spec.selector", "spec.serviceName",
		"spec.volumeClaimTemplates",
	}
	job := []string{"spec.completions", "spec.parallelism", "spec.selector", "spec.template"}
	binding := []string{"roleRef"}
	return map[string][]string{
		"apps/v1beta1/StatefulSet":                              statefulSet,
		"apps/v1beta2/StatefulSet":                              statefulSet,
		"apps/v1/StatefulSet":                                   statefulSet,
		"apps/v1beta2/DaemonSet":                                selector,
		"apps/v1/DaemonSet":                                     selector,
		"apps/v1beta2/Deployment":                               selector,
		"apps/v1/Deployment":                                    selector,
		"batch/v1beta1/Job":                                     job,
		"batch/v1/Job":                                          job,
		"batch/v2alpha1/Job":                                    job,
		"policy/v1beta1/PodDisruptionBudget":                    {"spec"},
		"rbac.authorization.k8s.io/v1alpha1/ClusterRoleBinding": binding,
		"rbac.authorization.k8s.io/v1alpha1/RoleBinding":        binding,
		"rbac.authorization.k8s.io/v1beta1/ClusterRoleBinding":  binding,
		"rbac.authorization.k8s.io/v1beta1/RoleBinding":         binding,
		"rbac.authorization.k8s.io/v1/ClusterRoleBinding":       binding,
		"rbac.authorization.k8s.io/v1/RoleBinding":              binding,
		"storage.k8s.io/v1/StorageClass":                        {"parameters", "provisioner"},
		"v1/PersistentVolume":                                   fields("spec.", volumeSources),
		"v1/PersistentVolumeClaim":                              {"spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"},
		"v1/Pod":                                                podFields(),
		"v1/ResourceQuota":                                      {"spec.scopes"},
		"v1/Secret":                                             {"type"},
		"v1/Service":                                            {"spec.clusterIP"},
	}
}()

const volumeSources = "awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker " +
	"gcePersistentDisk glusterfs hostPath iscsi local nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO " +
	"storageos vsphereVolume"

const podSpecFields = "affinity automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks hostAliases " +
	"hostIPC hostNetwork hostPID hostname imagePullSecrets nodeName nodeSelector overhead preemptionPolicy priority " +
	"priorityClassName readinessGates restartPolicy runtimeClassName schedulerName securityContext serviceAccount " +
	"serviceAccountName shareProcessNamespace subdomain terminationGracePeriodSeconds volumes"

const containerFields = "args command env image imagePullPolicy lifecycle livenessProbe ports readinessProbe " +
	"resources securityContext stdin stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices " +
	"volumeMounts workingDir"

func fields(prefix, names string) []string {
	var paths []string
	for _, name := range strings.Fields(names) {
		paths = append(paths, prefix+name)
	}
	return paths
}

func podFields() []string {
	paths := fields("spec.", podSpecFields)
	paths = append(paths, fields("spec.containers[].", containerFields)...)
	return append(paths, fields("spec.initContainers[].", containerFields)...)
}

// immutableFields returns the paths whose change replaces the object. A ConfigMap and a Secret are
// replaced when their content changes, so that what reads them rolls out, unless told otherwise.
func (s *Server) immutableFields(obj *unstructured.Unstructured) []string {
	paths := []string{"metadata.name", "metadata.namespace"}
	gvk := objectGVK(obj)
	frozen, _, _ := unstructured.NestedBool(obj.Object, "immutable")
	switch {
	case isCore(obj, "Secret") && (!s.settings.enableSecretMutable || frozen):
		return append(paths, "type", "stringData", "data")
	case isCore(obj, "ConfigMap") && (!s.settings.enableConfigMapMutable || frozen):
		return append(paths, "binaryData", "data")
	}
	return append(paths, immutable[typeName(gvk)]...)
}
