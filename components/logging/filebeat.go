package logging

import (
	"encoding/json"
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	rbacv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/rbac/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/charts"
)

// The lifecycle policy as Filebeat reads it.
const (
	policyFolder = "/etc/lifecycle"
	policyFile   = "policy.json"
)

// filebeat makes the collectors, and what they may ask the API server.
func (b *builder) filebeat(after []pulumi.Resource) error {
	account, err := b.filebeatAccount()
	if err != nil {
		return err
	}
	policy, err := b.lifecycle()
	if err != nil {
		return err
	}
	return b.newElastic(beatKind, b.agents, pulumi.Map{
		"type": pulumi.String("filebeat"), "version": pulumi.String(elasticVersion),
		"elasticsearchRef": pulumi.Map{"name": pulumi.String(elasticsearchKind.object), "namespace": pulumi.String(Namespace)},
		"config":           b.filebeatConfig(),
		"daemonSet":        pulumi.Map{"podTemplate": b.filebeatPod(policy), "updateStrategy": rollout},
	}, append(account, after...))
}

// filebeatConfig follows ECK's recipe config/recipes/beats/filebeat_autodiscover.yaml, v3.5.0, but that pods give no hints: by those,
// whoever may annotate a pod would have Filebeat read any file that it can, its own password too. How far each file was read
// is on the node, in a folder of ECK's.
func (b *builder) filebeatConfig() pulumi.Map {
	// A file is known by its beginning, and not read before it has one. By default that is 1 KiB, which many never have; the least that
	// Filebeat takes has the time of the first line, by the nanosecond.
	beginning := pulumi.Map{"enabled": pulumi.Bool(true), "length": pulumi.Int(64)}
	input := pulumi.Map{
		"type": pulumi.String("filestream"), "id": pulumi.String("logs-${data.kubernetes.container.id}"),
		"paths":         pulumi.ToStringArray([]string{"/var/log/containers/*${data.kubernetes.container.id}.log"}),
		"parsers":       pulumi.MapArray{pulumi.Map{"container": pulumi.Map{}}},
		"prospector":    pulumi.Map{"scanner": pulumi.Map{"symlinks": pulumi.Bool(true), "fingerprint": beginning}},
		"file_identity": pulumi.Map{"fingerprint": pulumi.Map{}},
	}
	config := pulumi.Map{
		"logging": pulumi.Map{"level": pulumi.String("warning")},
		"filebeat": pulumi.Map{"autodiscover": pulumi.Map{"providers": pulumi.MapArray{pulumi.Map{
			"type": pulumi.String("kubernetes"), "node": pulumi.String("${NODE_NAME}"),
			"templates": pulumi.MapArray{pulumi.Map{"config": pulumi.MapArray{input}}},
		}}}},
		"setup": pulumi.Map{
			"ilm": pulumi.Map{
				"enabled": pulumi.Bool(true), "overwrite": pulumi.Bool(true), "policy_file": pulumi.String(policyFolder + "/" + policyFile),
			},
			"template": pulumi.Map{
				"overwrite": pulumi.Bool(true),
				"settings":  pulumi.Map{"index": pulumi.Map{"number_of_replicas": pulumi.Int(min(b.elasticNodes()-1, 1))}},
			},
		},
	}
	if b.args.JSON.App != "" {
		config["processors"] = pulumi.MapArray{pulumi.Map{"decode_json_fields": pulumi.Map{
			"fields": pulumi.ToStringArray([]string{"message"}), "target": pulumi.String("request"),
			"when": pulumi.Map{"and": pulumi.MapArray{
				equals("kubernetes.namespace", b.args.JSON.Namespace), equals("kubernetes.labels.app_kubernetes_io/name", b.args.JSON.App),
			}},
		}}}
	}
	return config
}

func equals(field, value string) pulumi.Map {
	return pulumi.Map{"equals": pulumi.Map{field: pulumi.String(value)}}
}

func (b *builder) filebeatPod(policy pulumi.StringInput) pulumi.Map {
	return pulumi.Map{
		"metadata": pulumi.Map{"labels": pulumi.StringMap{"app.kubernetes.io/name": pulumi.String(filebeatApp)}},
		"spec": pulumi.Map{
			"serviceAccountName": pulumi.String(filebeatApp), "automountServiceAccountToken": pulumi.Bool(true),
			"priorityClassName": pulumi.String(b.args.PriorityClass), "tolerations": everywhere,
			"containers": pulumi.MapArray{pulumi.Map{
				"name": pulumi.String(filebeatApp), "securityContext": collector, "resources": charts.Requests("50m", "512Mi"),
				"env": pulumi.MapArray{pulumi.Map{
					"name": pulumi.String("NODE_NAME"), "valueFrom": pulumi.Map{"fieldRef": pulumi.Map{"fieldPath": pulumi.String("spec.nodeName")}},
				}},
				"volumeMounts": pulumi.MapArray{
					mount("links", "/var/log/containers", true), mount("logs", podLogs, true), mount("lifecycle", policyFolder, true),
				},
			}},
			"volumes": pulumi.MapArray{
				folder("links", "/var/log/containers", "Directory"), folder("logs", podLogs, "Directory"),
				pulumi.Map{"name": pulumi.String("lifecycle"), "configMap": pulumi.Map{"name": policy}},
			},
		},
	}
}

// lifecycle ends an index at a day, so that whole ones can be deleted once their last log is old enough. Its ConfigMap has a name
// for each content: Filebeat reads it when it starts.
func (b *builder) lifecycle() (pulumi.StringInput, error) {
	text, err := json.Marshal(map[string]any{"policy": map[string]any{"phases": map[string]any{
		"hot": map[string]any{"actions": map[string]any{
			"rollover": map[string]any{"max_age": "1d", "max_primary_shard_size": "50gb"},
		}},
		"delete": map[string]any{"min_age": fmt.Sprintf("%dd", b.args.Spec.Retention), "actions": map[string]any{"delete": map[string]any{}}},
	}}})
	if err != nil {
		return nil, fmt.Errorf("writing the lifecycle policy: %w", err)
	}
	made, err := corev1.NewConfigMap(b.ctx, b.name+"-lifecycle", &corev1.ConfigMapArgs{
		Metadata: metav1.ObjectMetaArgs{Namespace: b.agents, Labels: pulumi.StringMap{"app.kubernetes.io/name": pulumi.String(filebeatApp)}},
		Data:     pulumi.StringMap{policyFile: pulumi.String(text)},
	}, b.parent)
	if err != nil {
		return nil, fmt.Errorf("making the ConfigMap of the lifecycle policy: %w", err)
	}
	return made.Metadata.Name().Elem(), nil
}

// filebeatAccount may look up whose the logs are.
func (b *builder) filebeatAccount() ([]pulumi.Resource, error) {
	meta := metav1.ObjectMetaArgs{
		Name: pulumi.String(filebeatApp), Labels: pulumi.StringMap{"app.kubernetes.io/name": pulumi.String(filebeatApp)},
	}
	rule := func(group string, resources ...string) rbacv1.PolicyRuleArgs {
		return rbacv1.PolicyRuleArgs{
			ApiGroups: pulumi.ToStringArray([]string{group}), Resources: pulumi.ToStringArray(resources),
			Verbs: pulumi.ToStringArray([]string{"get", "list", "watch"}),
		}
	}
	named := meta
	named.Namespace = b.agents.ToStringOutput()
	account, err := corev1.NewServiceAccount(b.ctx, b.name+"-filebeat", &corev1.ServiceAccountArgs{Metadata: named}, b.parent)
	if err != nil {
		return nil, fmt.Errorf("making Filebeat's ServiceAccount: %w", err)
	}
	meta.Name = pulumi.String("plinth-" + filebeatApp)
	role, err := rbacv1.NewClusterRole(b.ctx, b.name+"-filebeat", &rbacv1.ClusterRoleArgs{
		Metadata: meta,
		Rules: rbacv1.PolicyRuleArray{
			rule("", "namespaces", "nodes", "pods"), rule("apps", "replicasets"), rule("batch", "jobs"),
		},
	}, b.parent)
	if err != nil {
		return nil, fmt.Errorf("making Filebeat's ClusterRole: %w", err)
	}
	binding, err := rbacv1.NewClusterRoleBinding(b.ctx, b.name+"-filebeat", &rbacv1.ClusterRoleBindingArgs{
		Metadata: meta,
		RoleRef: rbacv1.RoleRefArgs{
			ApiGroup: pulumi.String("rbac.authorization.k8s.io"), Kind: pulumi.String("ClusterRole"), Name: role.Metadata.Name().Elem(),
		},
		Subjects: rbacv1.SubjectArray{rbacv1.SubjectArgs{
			Kind: pulumi.String("ServiceAccount"), Name: account.Metadata.Name().Elem(), Namespace: b.agents,
		}},
	}, b.parent)
	if err != nil {
		return nil, fmt.Errorf("binding Filebeat's ClusterRole: %w", err)
	}
	return []pulumi.Resource{account, binding}, nil
}
