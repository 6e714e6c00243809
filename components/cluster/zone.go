package cluster

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Zone is a public zone of the cloud's DNS in which the platform may write records.
type Zone struct {
	// Cloud is aws, gcp or azure.
	Cloud string
	// ID is what Access.Zone takes: a hosted zone's id on aws, a managed zone's name on gcp, a resource id on azure.
	ID string
	// Domain that the zone serves, such as example.com.
	Domain string
	// Project that the zone is in. Only gcp.
	Project string
	// Subscription and ResourceGroup that the zone is in. Only azure.
	Subscription, ResourceGroup string
}

var (
	hostedZone  = regexp.MustCompile(`^Z[0-9A-Z]{1,31}$`)
	managedZone = regexp.MustCompile(`^projects/([a-z][a-z0-9-]{4,28}[a-z0-9])/managedZones/([a-z][a-z0-9-]{0,62})$`)
	azureZone   = regexp.MustCompile(`(?i)^/subscriptions/([0-9a-f-]{36})/resourceGroups/([^/]+)/providers/Microsoft\.Network/dnsZones/([a-z0-9.-]+)$`)
)

// ParseZone reads a zone's id as its cloud shows it: Z0123456789ABCDEFGHIJ on aws, projects/my-project/managedZones/my-zone on gcp,
// /subscriptions/…/resourceGroups/…/providers/Microsoft.Network/dnszones/example.com on azure. The error says which of them is allowed.
// domain is what the zone serves.
func ParseZone(cloud, id, domain string) (*Zone, error) {
	zone := &Zone{Cloud: cloud, ID: id, Domain: domain}
	switch cloud {
	case "aws":
		if zone.ID = strings.TrimPrefix(id, "/hostedzone/"); !hostedZone.MatchString(zone.ID) {
			return nil, errors.New("the id of a public hosted zone of Route 53, such as Z0123456789ABCDEFGHIJ")
		}
	case "gcp":
		parts := managedZone.FindStringSubmatch(id)
		if parts == nil {
			return nil, errors.New("a managed zone of Cloud DNS, such as projects/my-project/managedZones/my-zone")
		}
		zone.Project, zone.ID = parts[1], parts[2]
	case "azure":
		parts := azureZone.FindStringSubmatch(id)
		if parts == nil {
			return nil, errors.New("the resource id of an Azure DNS zone, such as /subscriptions/<id>/resourceGroups/<name>/providers/Microsoft.Network/dnszones/example.com")
		}
		zone.Subscription, zone.ResourceGroup, zone.Domain = parts[1], parts[2], parts[3]
	default:
		return nil, fmt.Errorf("no zone where cloud is %s: it has no DNS of its own", cloud)
	}
	return zone, nil
}
