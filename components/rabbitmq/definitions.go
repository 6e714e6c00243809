package rabbitmq

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
)

const (
	// username of the clients' user.
	username = "app"
	// virtualHost is the one that clients use unless told otherwise.
	virtualHost = "/"
	// deadLetterExchange hands what the queues reject to their dead-letter queues, and to whom else an operator binds to it.
	deadLetterExchange = "dead-letter"
	// deliveries of one message before it is dead-lettered, or dropped: RabbitMQ 4's own default, said here so that it stays.
	// https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling
	deliveries = 20
	// priority of our policies. Those that Amazon MQ has for all queues are at 1, and the highest that matches a queue is the one.
	// https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/rabbitmq-defaults.html
	priority = 10
)

// definitions is the file that the broker imports at each start.
// https://www.rabbitmq.com/docs/definitions
type definitions struct {
	Users       []userDefinition       `json:"users"`
	VHosts      []vhostDefinition      `json:"vhosts"`
	Permissions []permissionDefinition `json:"permissions"`
	Exchanges   []exchangeDefinition   `json:"exchanges"`
	Queues      []queueDefinition      `json:"queues"`
	Bindings    []bindingDefinition    `json:"bindings"`
	Policies    []policyDefinition     `json:"policies"`
}

type userDefinition struct {
	Name             string   `json:"name"`
	PasswordHash     string   `json:"password_hash"`
	HashingAlgorithm string   `json:"hashing_algorithm"`
	Tags             []string `json:"tags"`
}

type vhostDefinition struct {
	Name             string `json:"name"`
	DefaultQueueType string `json:"default_queue_type"`
}

type permissionDefinition struct {
	User      string `json:"user"`
	VHost     string `json:"vhost"`
	Configure string `json:"configure"`
	Write     string `json:"write"`
	Read      string `json:"read"`
}

type exchangeDefinition struct {
	Name       string         `json:"name"`
	VHost      string         `json:"vhost"`
	Type       string         `json:"type"`
	Durable    bool           `json:"durable"`
	AutoDelete bool           `json:"auto_delete"`
	Arguments  map[string]any `json:"arguments"`
}

type queueDefinition struct {
	Name       string         `json:"name"`
	VHost      string         `json:"vhost"`
	Durable    bool           `json:"durable"`
	AutoDelete bool           `json:"auto_delete"`
	Arguments  map[string]any `json:"arguments"`
}

type bindingDefinition struct {
	Source          string         `json:"source"`
	VHost           string         `json:"vhost"`
	Destination     string         `json:"destination"`
	DestinationType string         `json:"destination_type"`
	RoutingKey      string         `json:"routing_key"`
	Arguments       map[string]any `json:"arguments"`
}

type policyDefinition struct {
	VHost      string         `json:"vhost"`
	Name       string         `json:"name"`
	Pattern    string         `json:"pattern"`
	ApplyTo    string         `json:"apply-to"`
	Priority   int            `json:"priority"`
	Definition map[string]any `json:"definition"`
}

// define returns the definitions of a broker with these queues. salt is 4 bytes. monitor is the password of who asks for metrics;
// empty leaves that user out.
func define(queues []Queue, password, salt, monitor string) (string, error) {
	d := definitions{
		Users: []userDefinition{newUser(username, password, salt)},
		// A client that declares a queue and names no type means the one that is there.
		VHosts:      []vhostDefinition{{Name: virtualHost, DefaultQueueType: "quorum"}},
		Permissions: []permissionDefinition{{User: username, VHost: virtualHost, Configure: ".*", Write: ".*", Read: ".*"}},
		Exchanges: []exchangeDefinition{{
			Name: deadLetterExchange, VHost: virtualHost, Type: "direct", Durable: true, Arguments: map[string]any{},
		}},
		Queues: []queueDefinition{}, Bindings: []bindingDefinition{}, Policies: []policyDefinition{},
	}
	if monitor != "" {
		d.Users = append(d.Users, newUser(monitorName, monitor, salt, "monitoring"))
		// The management API tells of queues who may enter their virtual host; the user touches nothing there.
		d.Permissions = append(d.Permissions, permissionDefinition{User: monitorName, VHost: virtualHost, Configure: "^$", Write: "^$", Read: "^$"})
	}
	for _, q := range queues {
		d.Queues = append(d.Queues, quorumQueue(q.Name))
		d.Policies = append(d.Policies, policy(q.Name, limits(q)))
		if q.DeadLetter {
			dead := q.Name + DeadLetterSuffix
			d.Queues = append(d.Queues, quorumQueue(dead))
			d.Bindings = append(d.Bindings, bindingDefinition{
				Source: deadLetterExchange, VHost: virtualHost, Destination: dead, DestinationType: "queue",
				RoutingKey: dead, Arguments: map[string]any{},
			})
			// What is dead is kept until someone has taken it, however often it was looked at.
			d.Policies = append(d.Policies, policy(dead, map[string]any{"delivery-limit": -1}))
		}
	}
	b, err := json.Marshal(d)
	if err != nil {
		return "", fmt.Errorf("writing RabbitMQ's definitions: %w", err)
	}
	return string(b), nil
}

func newUser(name, password, salt string, tags ...string) userDefinition {
	return userDefinition{
		Name: name, PasswordHash: passwordHash(password, salt), HashingAlgorithm: "rabbit_password_hashing_sha256",
		Tags: append([]string{}, tags...),
	}
}

func quorumQueue(name string) queueDefinition {
	return queueDefinition{
		Name: name, VHost: virtualHost, Durable: true, Arguments: map[string]any{"x-queue-type": "quorum"},
	}
}

// policy is never empty, so that it replaces the one that was imported before.
func policy(queue string, definition map[string]any) policyDefinition {
	return policyDefinition{
		VHost: virtualHost, Name: queue, Pattern: "^" + regexp.QuoteMeta(queue) + "$", ApplyTo: "queues", Priority: priority, Definition: definition,
	}
}

func limits(q Queue) map[string]any {
	l := map[string]any{"delivery-limit": deliveries, "overflow": "reject-publish"}
	if q.MaxLength > 0 {
		l["max-length"] = q.MaxLength
	}
	if q.TTL > 0 {
		l["message-ttl"] = q.TTL * 1000 // in milliseconds
	}
	if q.DeadLetter {
		l["dead-letter-exchange"] = deadLetterExchange
		l["dead-letter-routing-key"] = q.Name + DeadLetterSuffix
		// The default, at-most-once, may lose a message on the way. This one needs overflow to be reject-publish.
		l["dead-letter-strategy"] = "at-least-once"
	}
	return l
}

// passwordHash is base64 of the salt and SHA-256 of salt and password.
// https://www.rabbitmq.com/docs/passwords#computing-password-hash
func passwordHash(password, salt string) string {
	sum := sha256.Sum256([]byte(salt + password))
	return base64.StdEncoding.EncodeToString(append([]byte(salt), sum[:]...))
}
