package spec

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"
)

// CheckName reports a name that cannot be part of a DNS name, or that is longer than most characters.
func (ps *Problems) CheckName(path Path, name string, most int) {
	if len(validation.IsDNS1123Label(name)) > 0 && len(name) <= most || len(name) == 0 {
		ps.Add(path, name, "lower-case letters, digits and inner dashes", "rename it")
	} else if len(name) > most {
		ps.Add(path, name, fmt.Sprintf("at most %d characters, so that the names derived from it stay valid", most), "shorten it")
	}
}

// CheckAmount reports a quantity that is malformed or below least. An absent one is good.
func (ps *Problems) CheckAmount(path Path, q Quantity, least string) {
	if q == "" {
		return
	}
	v, err := q.Parse()
	if err != nil {
		ps.Add(path, q, "a number with an optional unit, such as 500m, 512Mi or 100Gi", "write it in that form")
		return
	}
	if v.Cmp(resource.MustParse(least)) < 0 {
		ps.Add(path, q, "at least "+least, "raise it")
	}
}

// CheckCIDR reports an address range that is malformed, or that has bits set beyond its prefix.
func (ps *Problems) CheckCIDR(path Path, cidr string) {
	prefix, err := netip.ParsePrefix(cidr)
	if err != nil || prefix.Addr().Is4In6() {
		ps.Add(path, cidr, "an address range such as 203.0.113.0/24", "write the address, a slash and the prefix length")
	} else if prefix != prefix.Masked() {
		ps.Add(path, cidr, "the first address of a range, such as "+prefix.Masked().String(), "write "+prefix.Masked().String())
	}
}

// CheckReference reports a name that is none of those that exist, with the nearest of them. what is the kind of thing named.
func (ps *Problems) CheckReference(path Path, name, what string, existing []string) bool {
	if slices.Contains(existing, name) {
		return true
	}
	allowed, remedy := "one of "+strings.Join(existing, ", "), "add that "+what+", or name one that exists"
	if len(existing) == 0 {
		allowed = "the name of a " + what + "; there is none in this stack"
	}
	if nearest := Nearest(name, existing); nearest != "" {
		remedy = fmt.Sprintf("did you mean %s?", nearest)
	}
	ps.Add(path, name, allowed, remedy)
	return false
}

// CheckUnique reports every entry of a list that was already in it.
func (ps *Problems) CheckUnique(path Path, list []string) {
	for i, entry := range list {
		if slices.Index(list, entry) < i {
			ps.Add(path.Index(i), entry, "each entry once", "remove the second one")
		}
	}
}
