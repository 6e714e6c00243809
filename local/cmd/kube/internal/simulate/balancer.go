package simulate

import (
	"context"
	"fmt"
	"net/netip"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// TEST-NET-1 (RFC 5737): an address of it can be shown to people and is never somebody's.
var balancerRange = netip.MustParsePrefix("192.0.2.0/24")

// balancer gives Services of type LoadBalancer an address.
type balancer struct {
	client client.Client
	// live reads past the cache, which may not yet know the address given a moment ago.
	live   client.Reader
	events events.EventRecorder
}

func (b *balancer) setup(mgr ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(mgr).Named("load-balancer").For(&corev1.Service{}).Complete(b)
}

// Reconcile implements reconcile.Reconciler; there is one worker, so no address is given twice.
func (b *balancer) Reconcile(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
	var service corev1.Service
	if err := b.client.Get(ctx, request.NamespacedName, &service); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	ours := service.Spec.Type == corev1.ServiceTypeLoadBalancer && service.Spec.LoadBalancerClass == nil
	if !ours || service.DeletionTimestamp != nil || len(service.Status.LoadBalancer.Ingress) > 0 {
		return reconcile.Result{}, nil
	}
	var all corev1.ServiceList
	if err := b.live.List(ctx, &all); err != nil {
		return reconcile.Result{}, fmt.Errorf("list services: %w", err)
	}
	address, ok := freeAddress(all.Items)
	if !ok {
		b.events.Eventf(&service, nil, corev1.EventTypeWarning, "NoAddress", "Balance", "all addresses of %s are taken", balancerRange)
		return reconcile.Result{}, fmt.Errorf("service %s: all addresses of %s are taken", request.NamespacedName, balancerRange)
	}
	before, mode := service.DeepCopy(), corev1.LoadBalancerIPModeVIP
	service.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: address.String(), IPMode: &mode}}
	if err := b.client.Status().Patch(ctx, &service, client.MergeFrom(before)); err != nil {
		return reconcile.Result{}, fmt.Errorf("address of service %s: %w", request.NamespacedName, err)
	}
	return reconcile.Result{}, nil
}

// freeAddress is the lowest host address that no service has.
func freeAddress(services []corev1.Service) (netip.Addr, bool) {
	taken := map[string]bool{}
	for _, s := range services {
		for _, ingress := range s.Status.LoadBalancer.Ingress {
			taken[ingress.IP] = true
		}
	}
	for a := balancerRange.Addr().Next(); balancerRange.Contains(a.Next()); a = a.Next() { // the last is broadcast
		if !taken[a.String()] {
			return a, true
		}
	}
	return netip.Addr{}, false
}
