package redis

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/connection"
	"github.com/plinth-iac/plinth/components/dataservice"
	"github.com/plinth-iac/plinth/components/managed"
	"github.com/plinth-iac/plinth/components/network"
	"github.com/plinth-iac/plinth/components/spec"
)

// ValidateCloud reports what the cloud does not offer: it is aws, gcp, azure or existing, and zones is how many the cluster has. s
// is complete and validated, and path is where it stands.
func (s Spec) ValidateCloud(cloud string, zones int, path spec.Path, problems *spec.Problems) {
	switch {
	case s.Mode != spec.Managed && s.Rotate > 0:
		problems.Add(path.Key("rotate"), s.Rotate, "no rotation but in mode managed", "remove it")
	case s.Mode != spec.Managed || !managed.CheckOffer(path.Key("mode"), cloud, "redis", problems):
	case cloud == "gcp":
		managed.Gigabytes(path, s.size(), problems)
		if s.Rotate > 0 {
			problems.Add(path.Key("rotate"), s.Rotate, "no rotation on gcp, where Memorystore makes the password",
				"remove it; gcloud redis instances update with --no-enable-auth and then --enable-auth makes another, and pulumi up --refresh takes it over")
		}
	default:
		managed.Pick(path, cloud, "redis", s.size(), zones > 1, problems)
	}
}

func (s Spec) size() managed.Size { return managed.Size{CPU: s.CPU, Memory: s.Memory} }

// newManaged has the cloud run the server.
func newManaged(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Redis, error) {
	s := args.Spec
	if args.Services == nil {
		return nil, managed.NotOffered(name, "existing", "redis")
	}
	r := &Redis{}
	if err := ctx.RegisterComponentResource("plinth:redis:Redis", name, r, opts...); err != nil {
		return nil, fmt.Errorf("registering redis %s: %w", name, err)
	}
	parent := pulumi.Parent(r)
	record, err := dataservice.NewRecord(ctx, name, args.Namespace, dataservice.Labels(name, "managed"), dataservice.Record{
		Path: spec.Path(name), Mode: s.Mode, Migrate: s.Migrate,
	}, parent)
	if err != nil {
		return nil, err
	}
	password, err := dataservice.NewRotatedPassword(ctx, name+"-password", s.Rotate, parent, pulumi.Provider(args.Random))
	if err != nil {
		return nil, err
	}
	server, err := args.Services.Managed().NewRedis(ctx, name, &managed.RedisArgs{
		Size: s.size(), Eviction: s.Eviction, Password: password, Rotation: s.Rotate,
		Protect: args.KeepData, After: []pulumi.Resource{record},
	}, parent)
	if err != nil {
		return nil, fmt.Errorf("making redis %s: %w", name, err)
	}
	if err := watchManaged(ctx, name, args, server, parent); err != nil {
		return nil, fmt.Errorf("watching over redis %s: %w", name, err)
	}
	values := pulumi.StringMap{
		connection.Host:     server.Host,
		connection.Port:     pulumi.String(fmt.Sprint(server.Port)),
		connection.Username: pulumi.String("default"),
		connection.Password: server.Password,
		connection.URI:      pulumi.Sprintf("rediss://default:%s@%s:%d/0", server.Password, server.Host, server.Port),
	}
	if server.CA != nil {
		values[connection.CA] = server.CA
	}
	r.Connection = connection.New("redis", network.Peer{CIDR: server.Range, Ports: []int{server.Port}}, values)
	if err := ctx.RegisterResourceOutputs(r, pulumi.Map{"connection": r.Connection.Values}); err != nil {
		return nil, fmt.Errorf("registering the outputs of redis %s: %w", name, err)
	}
	return r, nil
}
