package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/plinth-iac/plinth/local/provider/await"
)

// withInitFailure is the error of a resource that exists but does not work: the engine stores the state
// in it, and tries again with the next update.
func withInitFailure(err error, detail *pulumirpc.ErrorResourceInitFailed) error {
	return rpcerror.WithDetails(rpcerror.New(codes.Unknown, err.Error()), detail)
}

// notReady reports a resource that was written and does not work. Inputs may be nil.
func (s *Server) notReady(id string, err error, properties, inputs resource.PropertyMap) error {
	state, merr := s.marshal("state", properties)
	if merr != nil {
		return errors.Join(err, merr)
	}
	message := HideSecrets(err.Error(), properties)
	detail := &pulumirpc.ErrorResourceInitFailed{Id: id, Properties: state, Reasons: []string{message}}
	if inputs != nil {
		if detail.Inputs, merr = s.marshal("inputs", inputs); merr != nil {
			return errors.Join(err, merr)
		}
	}
	var wait *await.Error
	if errors.As(err, &wait) {
		for _, reason := range wait.Reasons {
			detail.Reasons = append(detail.Reasons, HideSecrets(reason, properties))
		}
	}
	return withInitFailure(errors.New(message), detail)
}

// conflict adds to the server's conflict error, which names the other managers, who we are.
func conflict(err error, manager string) error {
	if !apierrors.IsConflict(err) {
		return err
	}
	return errors.Join(
		errors.New("server-side apply field conflict detected, see https://www.pulumi.com/registry/packages/kubernetes/"+
			"how-to-guides/managing-resources-with-server-side-apply/#handle-field-conflicts-on-existing-resources "+
			"for troubleshooting help"),
		//lint:ignore ST1005 The official provider's words.
		fmt.Errorf("The resource managed by field manager %q had an apply conflict: %w", manager, err),
	)
}

// namespaceMissing reports whether the object's namespace is not there (yet).
func namespaceMissing(err error) bool {
	var status *apierrors.StatusError
	return errors.As(err, &status) && apierrors.IsNotFound(err) &&
		status.ErrStatus.Details != nil && status.ErrStatus.Details.Kind == "namespaces"
}

func (s *Server) needCluster() error {
	if s.unreachable == "" {
		return nil
	}
	return fmt.Errorf("configured Kubernetes cluster is unreachable: %s", s.unreachable)
}

// context ends with the call and with the provider's cancellation.
func (s *Server) context(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(s.ctx, cancel)
	return ctx, func() { stop(); cancel() }
}
