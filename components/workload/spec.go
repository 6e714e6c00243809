package workload

import "github.com/plinth-iac/plinth/components/spec"

// Kind is what runs a workload's pods.
type Kind string

const (
	// Service runs for ever: a Deployment, or a StatefulSet where it has volumes of its own.
	Service Kind = "service"
	// Job runs to completion once per change of its spec.
	Job Kind = "job"
	// CronJob runs to completion on a schedule.
	CronJob Kind = "cronjob"
)

// Spec is one of the team's own programs, as the stack file describes it.
type Spec struct {
	// Kind is service (the default), job or cronjob.
	Kind Kind `json:"kind,omitempty" jsonschema:"enum=service,enum=job,enum=cronjob,default=service"`
	// Namespace the workload lives in. Default "apps".
	Namespace string `json:"namespace,omitempty" jsonschema:"default=apps"`
	// Image with a tag or a digest: registry.example.com/team/app:1.4.2.
	Image string `json:"image" jsonschema:"example=registry.example.com/team/app:1.4.2"`
	// Command replaces the image's entry point.
	Command []string `json:"command,omitempty"`
	// Args replaces the image's arguments.
	Args []string `json:"args,omitempty"`
	// Ports the container listens on, by name, each 1 to 65535. The Service serves each under the
	// same number. The name tells the protocol: one starting with "grpc" is gRPC, one starting with "http", "rest" or "ws" is
	// HTTP, anything else is plain TCP.
	Ports map[string]int `json:"ports,omitempty"`
	// Resources each replica is given.
	Resources Resources `json:"resources,omitzero"`
	// GPU is how many GPUs each replica needs. Default 0. Such a workload is placed on GPU pools.
	GPU int `json:"gpu,omitempty" jsonschema:"minimum=0,maximum=16"`
	// Spot lets the workload run on spot pools, and prefers them. Default false.
	Spot bool `json:"spot,omitempty"`
	// Replicas is how many run, fixed or autoscaled. Only for kind service.
	Replicas Replicas `json:"replicas,omitzero"`
	// Probes tell when a replica has started, is alive and may get traffic.
	Probes Probes `json:"probes,omitzero"`
	// Metrics that Prometheus reads, where plinth:monitoring is enabled. Only for kind service.
	Metrics *Metrics `json:"metrics,omitempty"`
	// Env is the plain environment. Secrets go under secrets, never here.
	Env map[string]string `json:"env,omitempty"`
	// Files are plain text files by absolute path, mounted read-only.
	Files map[string]string `json:"files,omitempty"`
	// Secrets are environment variables read from the platform's secrets.
	Secrets map[string]SecretRef `json:"secrets,omitempty"`
	// SecretFiles are files by absolute path read from the platform's secrets.
	SecretFiles map[string]SecretRef `json:"secretFiles,omitempty"`
	// Writable are directories the program may write to although its root is read-only, by absolute path, each with the
	// size at which the pod is evicted. They are emptied when the pod ends. /tmp is always there (Default 64Mi).
	Writable map[string]spec.Quantity `json:"writable,omitempty"`
	// Volumes are disks by name that outlive a replica.
	Volumes map[string]Volume `json:"volumes,omitempty"`
	// User the container runs as, a numeric id above 0. Default 65532.
	User int64 `json:"user,omitempty" jsonschema:"minimum=1,maximum=2147483647,default=65532"`
	// GracePeriod is how many seconds a replica gets to finish after it was asked to stop. Default 30.
	GracePeriod int `json:"gracePeriod,omitempty" jsonschema:"minimum=1,maximum=3600,default=30"`
	// Priority against other workloads when room is short: low, normal (the default) or high.
	Priority string `json:"priority,omitempty" jsonschema:"enum=low,enum=normal,enum=high,default=normal"`
	// Pool pins the workload to one pool of the cluster by name. Default: any that fits.
	Pool string `json:"pool,omitempty"`
	// Route publishes the workload under a host name through the platform's gateway.
	Route *Route `json:"route,omitempty"`
	// Uses are the data services the workload talks to: postgres, redis, rabbitmq. Each injects its
	// connection as environment variables and opens the network between the two.
	Uses []string `json:"uses,omitempty" jsonschema:"enum=postgres,enum=redis,enum=rabbitmq"`
	// Calls are the other workloads it talks to, by name: opens the network to their ports.
	Calls []string `json:"calls,omitempty"`
	// Tracing has the program's traces kept: OpenTelemetry's variables in its environment say where it sends them, by OTLP. env goes
	// before them. Needs plinth:tracing. Default false.
	Tracing bool `json:"tracing,omitempty"`
	// Egress are addresses outside the cluster it may reach. Default none.
	Egress []Egress `json:"egress,omitempty"`
	// Schedule of a cronjob, in cron notation.
	Schedule string `json:"schedule,omitempty" jsonschema:"example=0 3 * * *"`
	// TimeZone of the schedule, an IANA name. Default "Etc/UTC".
	TimeZone string `json:"timeZone,omitempty" jsonschema:"default=Etc/UTC"`
	// Deadline in seconds after which a job or a cronjob's run is stopped. Default 3600.
	Deadline int `json:"deadline,omitempty" jsonschema:"minimum=1,maximum=604800,default=3600"`
	// Retries of a failed job or run before it counts as failed. Default 3.
	Retries *int `json:"retries,omitempty" jsonschema:"minimum=0,maximum=100,default=3"`
}

// Resources are what each replica is promised (request) and held to (limit).
type Resources struct {
	// CPU in cores. Default request 100m, no limit.
	CPU Amount `json:"cpu,omitzero"`
	// Memory in bytes. Default request 128Mi; the limit defaults to the request.
	Memory Amount `json:"memory,omitzero"`
}

// Amount is a request and a limit of one resource, or one quantity that is the request alone.
type Amount struct {
	// Request is what the scheduler sets aside.
	Request spec.Quantity `json:"request,omitempty"`
	// Limit is what the replica may use at most.
	Limit spec.Quantity `json:"limit,omitempty"`
}

// Replicas is how many run. Only min: that many, fixed. With max: autoscaled between them. With a schedule: min, and more in its hours.
type Replicas struct {
	// Min is the fewest that run; 0 only with a queue or a schedule, which say when to start again. Default from the environment: dev
	// 1, stage 2, prod 3.
	Min *int `json:"min,omitempty" jsonschema:"minimum=0,maximum=1000"`
	// Max is the most that run; absent means exactly min, always.
	Max *int `json:"max,omitempty" jsonschema:"minimum=1,maximum=1000"`
	// CPU is the average use, in percent of the request, above which replicas are added.
	// Default 80 where max is given and neither cpu, memory nor queue is.
	CPU int `json:"cpu,omitempty" jsonschema:"minimum=1,maximum=100"`
	// Memory is the same for memory, in percent of the request.
	Memory int `json:"memory,omitempty" jsonschema:"minimum=1,maximum=100"`
	// Queue scales on the length of a RabbitMQ queue. Needs plinth:autoscaling.
	Queue *QueueScale `json:"queue,omitempty"`
	// Schedule raises the fewest that run for a part of the day or the week. Needs plinth:autoscaling.
	Schedule *ScheduleScale `json:"schedule,omitempty"`
}

// QueueScale scales a workload on the length of a queue. Messages that a replica has taken and not acknowledged no longer count: one that
// is asked to stop should finish its message, for which gracePeriod is the time.
type QueueScale struct {
	// Name of a queue declared under rabbitmq.queues, in the virtual host "/".
	Name string `json:"name"`
	// Length is how many waiting messages each replica is worth. Default 10.
	Length int `json:"length,omitempty" jsonschema:"minimum=1,default=10"`
}

// ScheduleScale is a part of the day or the week with more replicas, such as working hours. Outside of it min applies, and whatever
// cpu, memory or queue ask for.
type ScheduleScale struct {
	// TimeZone that start and end are in, an IANA name.
	TimeZone string `json:"timeZone" jsonschema:"example=Europe/Berlin"`
	// Start of it, in cron notation.
	Start string `json:"start" jsonschema:"example=0 7 * * 1-5"`
	// End of it, in cron notation.
	End string `json:"end" jsonschema:"example=0 20 * * 1-5"`
	// Replicas are the fewest that run in it: more than min, and at most max where there is one.
	Replicas int `json:"replicas" jsonschema:"minimum=1,maximum=1000"`
}

// Probes of a container. Each may be a path ("/healthz": HTTP on the first HTTP port), or an object.
type Probes struct {
	// Startup holds the other two back until the program has started. Default: the liveness probe, for up to 5 minutes.
	Startup *Probe `json:"startup,omitempty"`
	// Liveness restarts the container when it fails.
	Liveness *Probe `json:"liveness,omitempty"`
	// Readiness takes the replica out of its Service while it fails.
	Readiness *Probe `json:"readiness,omitempty"`
}

// Probe asks a container one question. Exactly one of HTTP, GRPC, TCP and Exec is set. A plain path is short for an HTTP probe of it.
type Probe struct {
	// HTTP is a path asked for with GET; 200 to 399 is good.
	HTTP string `json:"http,omitempty" jsonschema:"pattern=^/"`
	// GRPC asks the standard gRPC health service under this service name; "" is the whole server.
	GRPC *string `json:"grpc,omitempty"`
	// TCP opens a connection.
	TCP bool `json:"tcp,omitempty"`
	// Exec runs a command in the container; exit 0 is good.
	Exec []string `json:"exec,omitempty"`
	// Port is the name of one of the workload's ports. Default: the first that suits the probe's protocol, by name.
	Port string `json:"port,omitempty"`
	// Period in seconds between two questions. Default 10.
	Period int `json:"period,omitempty" jsonschema:"minimum=1,maximum=3600,default=10"`
	// Timeout in seconds of one question. Default 3.
	Timeout int `json:"timeout,omitempty" jsonschema:"minimum=1,maximum=3600,default=3"`
	// Failures in a row before it acts. Default 3 (startup: 30).
	Failures int `json:"failures,omitempty" jsonschema:"minimum=1,maximum=1000"`
}

// Metrics are what a program tells of itself, and what is asked of how it answers. Which metrics tell of requests is known of Spring
// Boot, OpenTelemetry and TensorFlow Serving.
type Metrics struct {
	// Port is the name of the port that serves them. Default: the first HTTP port, by name.
	Port string `json:"port,omitempty"`
	// Path of them. Default "/metrics".
	Path string `json:"path,omitempty" jsonschema:"pattern=^/,default=/metrics"`
	// Errors is the share of requests, in percent, above which failing for the program's own fault calls somebody. Default 5.
	Errors int `json:"errors,omitempty" jsonschema:"minimum=1,maximum=100,default=5"`
	// Latency is the time, in milliseconds, within which 95 of 100 requests should be answered. Default 1000.
	Latency int `json:"latency,omitempty" jsonschema:"minimum=1,maximum=3600000,default=1000"`
}

// SecretRef names one value of the platform's secrets.
type SecretRef = spec.SecretRef

// Volume is a disk that outlives a replica. Each replica has its own, unless it is shared.
type Volume struct {
	// Size in bytes, such as 50Gi. It may grow, never shrink.
	Size spec.Quantity `json:"size"`
	// Mount is the absolute path it appears under.
	Mount string `json:"mount" jsonschema:"pattern=^/"`
	// Shared gives all replicas one volume that each may write (ReadWriteMany). Default false.
	Shared bool `json:"shared,omitempty"`
	// Class is the StorageClass. Default: the cluster's own, encrypted.
	Class string `json:"class,omitempty"`
}

// Route publishes a workload through the platform's gateway.
type Route struct {
	// Host is the part before the platform's domain ("api"), or a whole host name.
	Host string `json:"host"`
	// Path prefix that is routed here. Default "/".
	Path string `json:"path,omitempty" jsonschema:"pattern=^/,default=/"`
	// Port is the name of the port that serves it. Default: the first HTTP or gRPC port, by name.
	Port string `json:"port,omitempty"`
	// RateLimit per client address, in each of the gateway's proxies: requests per second, minute or hour, such as 100/s, 600/m or
	// 1000/h.
	RateLimit string `json:"rateLimit,omitempty" jsonschema:"pattern=^[0-9]{1\\,9}/(s|m|h)$,example=100/s"`
	// Timeout in seconds until a response must be complete. Not for ports that speak gRPC or websockets. Default: the gateway's.
	Timeout int `json:"timeout,omitempty" jsonschema:"minimum=1,maximum=3600"`
	// MaxBody is the size of a request at which it is refused. Not for ports that speak gRPC or websockets. Default: the gateway's.
	MaxBody spec.Quantity `json:"maxBody,omitempty"`
}

// Egress is one destination outside the cluster.
type Egress struct {
	// CIDR is an address range, such as 203.0.113.0/24.
	CIDR string `json:"cidr"`
	// Port is a TCP port. Default 443.
	Port int `json:"port,omitempty" jsonschema:"minimum=1,maximum=65535,default=443"`
}
