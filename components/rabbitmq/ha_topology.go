package rabbitmq

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/custom"
)

// declare makes what mode single has in its definitions, and more, each as a custom resource: a change of the stack file changes
// the broker, and what someone changed there is put back.
func (h *haBrokers) declare() error {
	for _, vhost := range h.spec.VHosts {
		if err := h.topology("Vhost", vhost, pulumi.Map{
			"name": pulumi.String(vhost), "defaultQueueType": pulumi.String("quorum"), "deletionPolicy": h.deletionPolicy(),
		}); err != nil {
			return err
		}
	}
	everything := Permission{Configure: ".*", Write: ".*", Read: ".*"}
	if err := h.user(username, h.password, nil, map[string]Permission{virtualHost: everything}); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(h.spec.Users)) {
		password, err := h.newPassword("user-" + name + "-password")
		if err != nil {
			return err
		}
		if err := h.user(name, password, h.spec.Users[name].Tags, h.spec.Users[name].Permissions); err != nil {
			return err
		}
	}
	for _, vhost := range h.deadLetterVHosts() {
		if err := h.topology("Exchange", vhost+" "+deadLetterExchange, pulumi.Map{
			"name": pulumi.String(deadLetterExchange), "vhost": pulumi.String(vhost),
			"type": pulumi.String("direct"), "durable": pulumi.Bool(true),
		}); err != nil {
			return err
		}
	}
	for _, q := range h.spec.Queues {
		if err := h.queue(q); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(h.spec.Policies)) {
		p := h.spec.Policies[name]
		if err := h.policy(name, cmp.Or(p.VHost, virtualHost), p.Pattern, cmp.Or(p.ApplyTo, "queues"), cmp.Or(p.Priority, 1), p.Definition); err != nil {
			return err
		}
	}
	return nil
}

// deadLetterVHosts have queues with a dead-letter queue. The one of the platform has the exchange in any case, as in mode single.
func (h *haBrokers) deadLetterVHosts() []string {
	vhosts := []string{virtualHost}
	for _, q := range h.spec.Queues {
		if q.DeadLetter && q.VHost != "" && !slices.Contains(vhosts, q.VHost) {
			vhosts = append(vhosts, q.VHost)
		}
	}
	return vhosts
}

// queue makes a queue, its policy, and where asked for its dead-letter queue.
func (h *haBrokers) queue(q Queue) error {
	vhost := cmp.Or(q.VHost, virtualHost)
	if err := h.oneQueue(q.Name, vhost, limits(q)); err != nil || !q.DeadLetter {
		return err
	}
	dead := q.Name + DeadLetterSuffix
	// What is dead is kept until someone has taken it, however often it was looked at.
	if err := h.oneQueue(dead, vhost, map[string]any{"delivery-limit": -1}); err != nil {
		return err
	}
	return h.topology("Binding", vhost+" "+dead, pulumi.Map{
		"vhost": pulumi.String(vhost), "source": pulumi.String(deadLetterExchange),
		"destination": pulumi.String(dead), "destinationType": pulumi.String("queue"), "routingKey": pulumi.String(dead),
	})
}

func (h *haBrokers) oneQueue(name, vhost string, definition map[string]any) error {
	if err := h.topology("Queue", vhost+" "+name, pulumi.Map{
		"name": pulumi.String(name), "vhost": pulumi.String(vhost), "type": pulumi.String("quorum"), "durable": pulumi.Bool(true),
		"deletionPolicy": h.deletionPolicy(),
	}); err != nil {
		return err
	}
	return h.policy(name, vhost, "^"+regexp.QuoteMeta(name)+"$", "queues", 0, definition)
}

func (h *haBrokers) policy(name, vhost, pattern, applyTo string, priority int, definition map[string]any) error {
	return h.topology("Policy", vhost+" "+name, pulumi.Map{
		"name": pulumi.String(name), "vhost": pulumi.String(vhost), "pattern": pulumi.String(pattern),
		"applyTo": pulumi.String(applyTo), "priority": pulumi.Int(priority), "definition": pulumi.ToMap(definition),
	})
}

// user makes a user and its rights. Its password is in a Secret of a name that people can find.
func (h *haBrokers) user(name string, password pulumi.StringOutput, tags []string, permissions map[string]Permission) error {
	object := h.name + "-user-" + name
	secret, err := corev1.NewSecret(h.ctx, object, &corev1.SecretArgs{
		Metadata:   metav1.ObjectMetaArgs{Name: pulumi.String(object), Namespace: h.args.Namespace, Labels: h.labels()},
		StringData: pulumi.StringMap{"username": pulumi.String(name), "password": password},
	}, h.parent)
	if err != nil {
		return fmt.Errorf("making the Secret of user %s: %w", name, err)
	}
	spec := pulumi.Map{"importCredentialsSecret": pulumi.Map{"name": secret.Metadata.Name().Elem()}}
	if len(tags) > 0 {
		spec["tags"] = pulumi.ToStringArray(tags)
	}
	if err := h.topology("User", name, spec); err != nil {
		return err
	}
	for _, vhost := range slices.Sorted(maps.Keys(permissions)) {
		p := permissions[vhost]
		if err := h.topology("Permission", name+" "+vhost, pulumi.Map{
			"user": pulumi.String(name), "vhost": pulumi.String(vhost),
			"permissions": pulumi.StringMap{
				"configure": pulumi.String(p.Configure), "write": pulumi.String(p.Write), "read": pulumi.String(p.Read),
			},
		}); err != nil {
			return err
		}
	}
	return nil
}

// deletionPolicy is what becomes of messages when the stack file no longer names where they are.
func (h *haBrokers) deletionPolicy() pulumi.String {
	if h.args.KeepData {
		return "retain"
	}
	return "delete"
}

// topology declares one thing, which is told apart from others of its kind by id.
func (h *haBrokers) topology(kind, id string, spec pulumi.Map) error {
	spec["rabbitmqClusterReference"] = pulumi.Map{"name": pulumi.String(h.name)}
	name := objectName(h.name, id)
	_, err := custom.New(h.ctx, fmt.Sprintf("%s-%s", strings.ToLower(kind), name), &custom.Object{
		APIVersion: haAPI, Kind: kind, Name: name, Namespace: h.args.Namespace, Labels: h.labels(), Spec: spec,
	}, h.parent, pulumi.DependsOn([]pulumi.Resource{h.cluster}))
	return err
}

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

// objectName is a name for the cluster of what may have any on the broker: the part of it that can be read, and a digest of all.
func objectName(prefix, id string) string {
	readable := strings.Trim(notInNames.ReplaceAllString(strings.ToLower(id), "-"), "-")
	readable = strings.TrimRight(readable[:min(len(readable), 60)], "-")
	sum := sha256.Sum256([]byte(id))
	return strings.ReplaceAll(fmt.Sprintf("%s-%s-%s", prefix, readable, hex.EncodeToString(sum[:4])), "--", "-")
}
