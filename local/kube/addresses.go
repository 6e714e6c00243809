package kube

import (
	"net/netip"
	"sync"

	corev1 "k8s.io/api/core/v1"
)

// addresses gives out node addresses that no node has.
type addresses struct {
	mu    sync.Mutex
	taken map[string]bool
	last  netip.Addr
}

func newAddresses(nodes []corev1.Node) *addresses {
	a := &addresses{taken: map[string]bool{}, last: netip.MustParseAddr(firstNodeAddress)}
	for _, node := range nodes {
		for _, address := range node.Status.Addresses {
			a.taken[address.Address] = true
		}
	}
	return a
}

func (a *addresses) next() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	for a.taken[a.last.String()] {
		a.last = a.last.Next()
	}
	a.taken[a.last.String()] = true
	return a.last.String()
}
