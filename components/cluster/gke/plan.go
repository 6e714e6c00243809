package gke

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/cluster"
	"github.com/plinth-iac/plinth/components/spec"
)

// plan is everything about a cluster that is decided before anything is registered.
type plan struct {
	name      string
	args      *cluster.Args
	placement cluster.Placement
	// project's id.
	project string
	// labels of the cloud's resources.
	labels map[string]string
	// admins by what RBAC calls them.
	admins []admin
	// groupsDomain is the domain of the admins' groups; empty where there are none.
	groupsDomain string
}

// nameForm leaves room in a node pool's name, 40 characters at most, for the pool's own and Pulumi's random suffix.
var nameForm = regexp.MustCompile(`^[a-z][a-z0-9-]{0,18}$`)

func newPlan(ctx *pulumi.Context, name string, args *cluster.Args) (*plan, error) {
	if !nameForm.MatchString(name) {
		return nil, fmt.Errorf("cluster name %q: allowed are 1 to 19 lower-case letters, digits and dashes, starting with a letter; rename it", name)
	}
	configured, _ := ctx.GetConfig("gcp:project")
	project := cmp.Or(configured, os.Getenv("GOOGLE_PROJECT"), os.Getenv("GOOGLE_CLOUD_PROJECT"))
	if project == "" {
		return nil, fmt.Errorf("cluster %s: no project; run pulumi config set gcp:project <its id>", name)
	}
	var problems spec.Problems
	path := spec.Path("cluster")
	args.Spec.Validate(path, &problems)
	p := &plan{
		name: name, args: args, project: project, labels: labels(ctx, args.Tags),
		placement: args.Spec.Place(path, "gcp", args.Region, time.Now(), &problems),
	}
	p.readAdmins("admins", &problems)
	if len(problems.Errors) == 0 {
		p.checkFixedSizes(path.Key("pools"), &problems)
	}
	return p, problems.Err()
}

// checkFixedSizes refuses a fixed pool that can only be had in a single zone: GKE counts a fixed pool's nodes by zone.
func (p *plan) checkFixedSizes(path spec.Path, problems *spec.Problems) {
	for _, name := range slices.Sorted(maps.Keys(p.args.Spec.Pools)) {
		pool, zones := p.args.Spec.Pools[name], len(p.placement.Pools[name].Zones)
		if pool.Nodes.Max == nil && *pool.Nodes.Min > 1 && zones > 1 && evenly(*pool.Nodes.Min, zones) == 1 {
			problems.Add(path.Key(name).Key("nodes").Key("min"), *pool.Nodes.Min, fmt.Sprintf("a number that spreads evenly over 2 to %d zones, as GKE counts a fixed pool's nodes by zone", zones),
				fmt.Sprintf("choose %d, or add max to have the pool autoscaled", *pool.Nodes.Min+1))
		}
	}
}

// evenly is the most zones, up to zones, that each get the same share of the nodes.
func evenly(nodes, zones int) int {
	for nodes%zones != 0 {
		zones--
	}
	return zones
}

var notInLabel = regexp.MustCompile(`[^a-z0-9_-]+`)

// labels are the tags, and who made it, as gcp spells labels: lower-case, in 63 letters, digits, dashes and underscores.
func labels(ctx *pulumi.Context, tags map[string]string) map[string]string {
	spell := func(s string) string {
		s = notInLabel.ReplaceAllString(strings.ToLower(s), "-")
		return s[:min(63, len(s))]
	}
	all := map[string]string{"managed-by": "pulumi", "pulumi-project": spell(ctx.Project()), "pulumi-stack": spell(ctx.Stack())}
	for key, value := range tags {
		if key = spell(key); key == "" || key[0] < 'a' || key[0] > 'z' {
			key = spell("tag-" + key)
		}
		all[key] = spell(value)
	}
	return all
}

// unique is a name for what Pulumi does not name itself, the same at every run, at most 63 characters or as many as given.
func unique(ctx *pulumi.Context, name string, most int) string {
	sum := sha256.Sum256([]byte(ctx.Project() + "/" + ctx.Stack() + "/" + name))
	suffix := "-" + hex.EncodeToString(sum[:4])
	return name[:min(len(name), most-len(suffix))] + suffix
}
