package gateway

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// mostListeners is what the Gateway API allows for.
const mostListeners = 64

// listeners are the hosts that have one each, over TLS; none where hosts are served over plain HTTP.
type listeners []string

// plan gives all hosts directly below the domain one listener where one certificate can stand for them, and every other its own.
func plan(args *Args) (listeners, error) {
	if !args.TLS {
		return nil, nil
	}
	var hosts listeners
	for _, host := range args.Hosts {
		if args.Wildcards && isBelow(host, args.Domain) {
			host = "*." + args.Domain
		}
		hosts = append(hosts, host)
	}
	slices.Sort(hosts)
	hosts = slices.Compact(hosts)
	if len(hosts)+1 > mostListeners {
		return nil, fmt.Errorf("%d hosts need a certificate each, and a Gateway has room for %d: "+
			"set plinth:dns.zone, so that one certificate stands for all of a domain", len(hosts), mostListeners-1)
	}
	return hosts, nil
}

// isBelow tells whether a wildcard of the domain covers the host: it stands for one label and no more.
func isBelow(host, domain string) bool {
	label, rest, _ := strings.Cut(host, ".")
	return label != "" && rest != "" && rest == domain
}

// serving is the listener that serves a host.
func (l listeners) serving(host string) string {
	if len(l) == 0 {
		return PlainListener
	}
	if slices.Contains(l, host) {
		return listenerName(host)
	}
	_, domain, _ := strings.Cut(host, ".")
	return listenerName("*." + domain)
}

// listenerName is also the name of the listener's Secret.
func listenerName(host string) string { return strings.Replace(host, "*", "wildcard", 1) }

func (l listeners) certificates() []Certificate {
	var all []Certificate
	for _, host := range l {
		all = append(all, Certificate{Host: host, Secret: listenerName(host)})
	}
	return all
}

// objects are the Gateway's listeners. Where hosts are served over TLS, only what redirects there, and answers for certificates,
// may use plain HTTP: it is in the Gateway's own namespace.
func (l listeners) objects(namespaces []string) pulumi.MapArray {
	anywhere := pulumi.Map{"namespaces": pulumi.Map{"from": pulumi.String("Selector"), "selector": pulumi.Map{
		"matchExpressions": pulumi.MapArray{pulumi.Map{
			"key": pulumi.String("kubernetes.io/metadata.name"), "operator": pulumi.String("In"), "values": pulumi.ToStringArray(namespaces),
		}},
	}}}
	plain := pulumi.Map{"name": pulumi.String(PlainListener), "protocol": pulumi.String("HTTP"), "port": pulumi.Int(80), "allowedRoutes": anywhere}
	if len(l) > 0 {
		plain["allowedRoutes"] = pulumi.Map{"namespaces": pulumi.Map{"from": pulumi.String("Same")}}
	}
	all := pulumi.MapArray{plain}
	for _, host := range l {
		all = append(all, pulumi.Map{
			"name": pulumi.String(listenerName(host)), "hostname": pulumi.String(host),
			"protocol": pulumi.String("HTTPS"), "port": pulumi.Int(443), "allowedRoutes": anywhere,
			"tls": pulumi.Map{
				"mode":            pulumi.String("Terminate"),
				"certificateRefs": pulumi.MapArray{pulumi.Map{"kind": pulumi.String("Secret"), "name": pulumi.String(listenerName(host))}},
			},
		})
	}
	return all
}
