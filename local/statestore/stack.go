package statestore

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// ofStack turns away who asks for another stack, and lets in one at a time.
func (s *Server) ofStack(handle answer) answer {
	return func(r *http.Request) (any, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.owns(r, r.PathValue("stack")) || !s.store.exists() {
			return nil, failure(http.StatusNotFound, "Not Found: Stack '%s/%s/%s' not found",
				r.PathValue("org"), r.PathValue("project"), r.PathValue("stack"))
		}
		return handle(r)
	}
}

func (s *Server) owns(r *http.Request, stack string) bool {
	return r.PathValue("org") == organization && r.PathValue("project") == s.options.Project && stack == s.options.Stack
}

func (s *Server) capabilities(*http.Request) (any, error) {
	version, err := json.Marshal(apitype.DeploymentSchemaVersionConfig{Version: apitype.DeploymentSchemaVersionLatest})
	if err != nil {
		return nil, err
	}
	return apitype.CapabilitiesResponse{Capabilities: []apitype.APICapabilityConfig{
		{Capability: apitype.DeploymentSchemaVersion, Version: 1, Configuration: version},
	}}, nil
}

// user answers who is logged in, and in which organization: as there is one only, both have the file backend's name for it.
func (s *Server) user(*http.Request) (any, error) {
	type name struct {
		GitHubLogin   string `json:"githubLogin"`
		Organizations []name `json:"organizations,omitempty"`
	}
	return name{GitHubLogin: organization, Organizations: []name{{GitHubLogin: organization}}}, nil
}

func (s *Server) list(*http.Request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := apitype.ListStacksResponse{Stacks: []apitype.StackSummary{}}
	if s.store.exists() {
		all.Stacks = append(all.Stacks, apitype.StackSummary{
			OrgName: organization, ProjectName: s.options.Project, StackName: s.options.Stack,
		})
	}
	return all, nil
}

func (s *Server) findProject(r *http.Request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.owns(r, s.options.Stack) || !s.store.exists() {
		return nil, failure(http.StatusNotFound, "Not Found: project %s", r.PathValue("project"))
	}
	return nil, nil
}

func (s *Server) create(r *http.Request) (any, error) {
	request, err := decode[apitype.CreateStackRequest](r)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.owns(r, request.StackName) {
		return nil, badRequest("only stack %s is served here, not %s", s.store.stack, request.StackName)
	}
	if s.store.exists() {
		return nil, failure(http.StatusConflict, "Conflict: Stack '%s' already exists", request.StackName)
	}
	state := request.State
	if state == nil {
		state, err = untyped(&apitype.TypedDeployment{Deployment: emptyDeployment(), Version: apitype.DeploymentSchemaVersionCurrent})
		if err != nil {
			return nil, err
		}
	}
	return apitype.CreateStackResponse{}, s.store.save(state)
}

func (s *Server) get(*http.Request) (any, error) {
	stack := apitype.Stack{
		ID: string(s.store.stack), OrgName: organization, ProjectName: s.options.Project,
		StackName: tokens.QName(s.options.Stack), Version: len(s.history),
	}
	if s.active != nil {
		stack.ActiveUpdate = s.active.id
	}
	return stack, nil
}

func (s *Server) remove(r *http.Request) (any, error) {
	if s.active != nil {
		return nil, errBusy
	}
	if err := s.settle(); err != nil {
		return nil, err
	}
	deployment, _, err := s.store.load()
	if err != nil {
		return nil, err
	}
	if len(deployment.Deployment.Resources) > 0 && r.URL.Query().Get("force") != "true" {
		return nil, badRequest("Stack still contains resources.")
	}
	return nil, s.store.remove()
}

func (s *Server) export(*http.Request) (any, error) {
	if err := s.settle(); err != nil {
		return nil, err
	}
	return s.store.raw()
}

// replace takes a whole state. The engine then asks for the status of an update, which is done already.
func (s *Server) replace(r *http.Request) (any, error) {
	if s.active != nil {
		return nil, errBusy
	}
	deployment, err := decode[apitype.UntypedDeployment](r)
	if err != nil {
		return nil, err
	}
	if err := s.settle(); err != nil {
		return nil, err
	}
	if err := s.store.save(&deployment); err != nil {
		return nil, err
	}
	u := s.newUpdate(apitype.StackImportUpdate, apitype.UpdateProgramRequest{})
	u.result = apitype.UpdateStatusSucceeded
	return apitype.ImportStackResponse{UpdateID: u.id}, nil
}

// past lists the updates of this run, latest first.
func (s *Server) past(*http.Request) (any, error) {
	return apitype.GetHistoryResponse{Updates: s.history}, nil
}

func untyped(d *apitype.TypedDeployment) (*apitype.UntypedDeployment, error) {
	text, err := json.Marshal(d.Deployment)
	if err != nil {
		return nil, fmt.Errorf("encoding the state: %w", err)
	}
	return &apitype.UntypedDeployment{Version: d.Version, Features: d.Features, Deployment: text}, nil
}
