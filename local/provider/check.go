package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/kubectl/pkg/util/openapi"
	"k8s.io/kubectl/pkg/validation"
)

// Check completes the program's inputs: a name, the default namespace, values as the server writes them.
func (s *Server) Check(ctx context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	urn := resource.URN(req.GetUrn())
	if s.unreachable != "" && s.settings.skipUpdateUnreachable {
		s.log(urn, diag.Warning, "Cluster is unreachable but skipUpdateUnreachable flag is set to true, skipping...")
		return &pulumirpc.CheckResponse{Inputs: req.GetOlds()}, nil
	}
	if custom, ok := s.custom[string(urn.Type())]; ok {
		return custom.Check(ctx, req)
	}
	if isList(urn) {
		return nil, errors.New("list resources exist for compatibility with YAML manifests and Helm charts, " +
			"and cannot be created directly. Use the underlying resource type instead")
	}
	olds, err := unmarshal("olds", req.GetOlds())
	if err != nil {
		return nil, err
	}
	news, err := unmarshal("news", req.GetNews())
	if err != nil {
		return nil, fmt.Errorf("check failed because malformed resource inputs: %w", err)
	}
	old, inputs := toObject(olds), normalize(toObject(news))
	if isPatch(urn, inputs.GetKind()) && inputs.GetName() == "" {
		return nil, errors.New("patch resources require the `.metadata.name` field to be set")
	}
	s.warnAnnotations(urn, inputs)
	if len(old.Object) > 0 {
		keepAutoname(inputs, old, news)
		keepManagedBy(inputs, old)
	} else if err := autoname(inputs, news, urn, req.GetRandomSeed(), req.GetAutonaming()); err != nil {
		return nil, err
	}
	if isGenerateName(inputs, news) {
		return nil, errors.New("the `.metadata.generateName` field is not supported in Server-Side Apply mode")
	}
	gvk, err := typeGVK(urn)
	if err != nil {
		return nil, err
	}
	s.warnDeprecated(urn, gvk)
	if s.settings.namespace != "" && inputs.GetNamespace() == "" && s.namespaced(gvk) {
		inputs.SetNamespace(s.settings.namespace)
	}
	if s.settings.rejectUnknownResources && s.unreachable == "" && !hasUnknown(inputs.Object) {
		if err := s.validate(inputs); err != nil {
			return nil, fmt.Errorf("unable to fetch schema for resource type %s/%s: %w",
				inputs.GetAPIVersion(), inputs.GetKind(), err)
		}
	}
	if isCRD(inputs) {
		s.crds.add(inputs)
	}
	checked := resource.NewPropertyMapFromMap(inputs.Object)
	markSecrets(checked, news)
	out, err := s.marshal("inputs", checked)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.CheckResponse{Inputs: out}, nil
}

func (s *Server) warnAnnotations(urn resource.URN, inputs *unstructured.Unstructured) {
	hooked := false
	for key, value := range inputs.GetAnnotations() {
		if strings.HasPrefix(key, annotationAutonamed) {
			s.log(urn, diag.Warning, "ignoring user-specified value for internal annotation %q", key)
		}
		hooked = hooked || strings.HasPrefix(key, annotationHelmHook) && strings.Contains(value, "test")
	}
	if hooked && !s.settings.suppressHelmHookWarnings {
		s.log(urn, diag.Warning, "This resource contains Helm hooks that are not currently supported by Pulumi. "+
			"The resource will be created, but any hooks will not be executed. This warning can be disabled by "+
			"setting the PULUMI_K8S_SUPPRESS_HELM_HOOK_WARNINGS environment variable")
	}
}

// validate checks an object against the schema that the API server publishes for its type. It is
// asked for by rejectUnknownResources only: the document is large, and the server checks anyway.
func (s *Server) validate(obj *unstructured.Unstructured) error {
	document, err := s.cluster.discovery.OpenAPISchema()
	if err != nil {
		return err
	}
	resources, err := openapi.NewOpenAPIData(document)
	if err != nil {
		return err
	}
	if resources.LookupResource(objectGVK(obj)) == nil {
		return fmt.Errorf("cluster does not support resource type '%s'", objectGVK(obj))
	}
	raw, err := obj.MarshalJSON()
	if err != nil {
		return err
	}
	return validation.NewSchemaValidation(schemas{resources}).ValidateBytes(raw)
}

// schemas are resources that are already read, in the form the validator asks for them.
type schemas struct{ resources openapi.Resources }

func (s schemas) OpenAPISchema() (openapi.Resources, error) { return s.resources, nil }
