package rabbitmq

import "fmt"

const (
	port        = 5672
	metricsPort = 15692
	dataPath    = "/var/lib/rabbitmq"
	configPath  = "/etc/rabbitmq/plinth"
	secretPath  = "/run/secrets/rabbitmq"

	definitionsFile = "definitions.json"
)

// configuration returns rabbitmq.conf of mode single.
func configuration(s Spec) string {
	return fmt.Sprintf(`listeners.tcp.default = %d
prometheus.tcp.port = %d

load_definitions = %s/%s
%s
log.console = true
log.file = false
`, port, metricsPort, secretPath, definitionsFile, limitsConfiguration(s))
}

// limitsConfiguration is what both modes in the cluster have in rabbitmq.conf.
func limitsConfiguration(s Spec) string {
	memory, storage := s.Memory.Value(), s.Storage.Value()
	// Publishers are held back at 60% of the memory, RabbitMQ 4's own default; the Erlang VM can need twice as much for a moment
	// while it collects garbage. It is said in bytes because the VM may see the node's memory in place of the container's.
	// https://www.rabbitmq.com/docs/memory
	watermark := memory.Value() / 10 * 6
	// They are held back too when there is less room on the disk than what is in memory, which must be able to get
	// there, as RabbitMQ advises for production; but never from the start, on a disk smaller than that.
	// https://www.rabbitmq.com/docs/production-checklist#resource-limits-disk-space
	free := min(watermark, storage.Value()/5)
	return fmt.Sprintf(`default_queue_type = quorum

total_memory_available_override_value = %d
vm_memory_high_watermark.absolute = %d
disk_free_limit.absolute = %d
`, memory.Value(), watermark, free)
}
