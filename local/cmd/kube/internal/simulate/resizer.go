package simulate

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// resizer grows the volume of a bound claim that asks for more than it has.
type resizer struct{ client client.Client }

func (r *resizer) setup(mgr ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(mgr).Named("resizer").For(&corev1.PersistentVolumeClaim{}).Complete(r)
}

// Reconcile implements reconcile.Reconciler.
func (r *resizer) Reconcile(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
	var claim corev1.PersistentVolumeClaim
	if err := r.client.Get(ctx, request.NamespacedName, &claim); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	asked, has := claim.Spec.Resources.Requests[corev1.ResourceStorage], claim.Status.Capacity[corev1.ResourceStorage]
	if claim.Status.Phase != corev1.ClaimBound || asked.Cmp(has) <= 0 {
		return reconcile.Result{}, nil
	}
	var volume corev1.PersistentVolume
	if err := r.client.Get(ctx, client.ObjectKey{Name: claim.Spec.VolumeName}, &volume); err != nil {
		return reconcile.Result{}, fmt.Errorf("volume of claim %s: %w", request.NamespacedName, err)
	}
	if volume.Spec.CSI == nil || volume.Spec.CSI.Driver != driver {
		return reconcile.Result{}, nil
	}
	before := volume.DeepCopy()
	volume.Spec.Capacity[corev1.ResourceStorage] = asked
	if err := r.client.Patch(ctx, &volume, client.MergeFrom(before)); err != nil {
		return reconcile.Result{}, fmt.Errorf("grow volume %s: %w", volume.Name, err)
	}
	claimBefore := claim.DeepCopy()
	claim.Status.Capacity[corev1.ResourceStorage] = asked
	if err := r.client.Status().Patch(ctx, &claim, client.MergeFrom(claimBefore)); err != nil {
		return reconcile.Result{}, fmt.Errorf("grow claim %s: %w", request.NamespacedName, err)
	}
	return reconcile.Result{}, nil
}
