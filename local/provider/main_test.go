package provider_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"
	apiresource "k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/plinth-iac/plinth/local/kube"
	"github.com/plinth-iac/plinth/local/provider"
)

// cluster is one API server for all tests, started by the first that needs it. Each test has its own
// namespace.
var cluster struct {
	once       sync.Once
	err        error
	kubeconfig string
	stop       func()
}

func TestMain(m *testing.M) {
	code := m.Run()
	if cluster.stop != nil {
		cluster.stop()
	}
	os.Exit(code)
}

func startCluster() (string, func(), error) {
	// One that runs already saves the start of another.
	if kubeconfig := os.Getenv("PLINTH_TEST_KUBECONFIG"); kubeconfig != "" {
		return kubeconfig, func() {}, nil
	}
	dir, err := os.MkdirTemp("", "plinth-provider")
	if err != nil {
		return "", nil, err
	}
	binary := filepath.Join(dir, "kube")
	build := exec.Command("go", "build", "-o", binary, "-ldflags", "-s -w"+
		" -X k8s.io/component-base/version.gitVersion=v1.36.3 -X k8s.io/client-go/pkg/version.gitVersion=v1.36.3",
		"github.com/plinth-iac/plinth/local/cmd/kube")
	if out, err := build.CombinedOutput(); err != nil {
		return "", nil, fmt.Errorf("build the control plane: %w\n%s", err, out)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	c, err := kube.Start(ctx, kube.Options{Dir: filepath.Join(dir, "state"), Binary: binary})
	if err != nil {
		return "", nil, err
	}
	stop := func() {
		_ = c.Stop(context.Background())
		_ = os.RemoveAll(dir)
	}
	err = c.SetNodes(ctx, []kube.Node{{Name: "node-0", Pool: "system", Capacity: corev1.ResourceList{
		corev1.ResourceCPU: apiresource.MustParse("8"), corev1.ResourceMemory: apiresource.MustParse("16Gi"),
	}}})
	return c.Kubeconfig(), stop, err
}

// engine plays the engine's part for one configured provider.
type engine struct {
	t          *testing.T
	server     pulumirpc.ResourceProviderServer
	namespace  string
	kubeconfig string
	custom     map[string]provider.NewCustom

	mu       sync.Mutex
	logs     []string
	statuses []string
}

func (e *engine) Log(_ context.Context, severity diag.Severity, _ resource.URN, message string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.logs = append(e.logs, string(severity)+": "+message)
	return nil
}

func (e *engine) LogStatus(_ context.Context, _ diag.Severity, _ resource.URN, message string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.statuses = append(e.statuses, message)
	return nil
}

func (e *engine) logged() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]string{}, e.logs...)
}

func (e *engine) shown() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]string{}, e.statuses...)
}

// connected is a provider on the test cluster, whose default namespace is new and the test's own.
func connected(t *testing.T, settings map[string]string) *engine {
	t.Helper()
	if testing.Short() {
		t.Skip("needs an API server")
	}
	cluster.once.Do(func() { cluster.kubeconfig, cluster.stop, cluster.err = startCluster() })
	require.NoError(t, cluster.err)
	e := &engine{t: t, kubeconfig: cluster.kubeconfig}
	ns, err := e.clientset().CoreV1().Namespaces().Create(t.Context(),
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "test-"}}, metav1.CreateOptions{})
	require.NoError(t, err)
	e.namespace = ns.Name
	e.configure(settings)
	return e
}

// disconnected is a provider whose cluster is not there.
func disconnected(t *testing.T, settings map[string]string) *engine {
	t.Helper()
	e := &engine{t: t, namespace: "default"}
	all := map[string]string{"kubeconfig": "apiVersion: v1\nkind: Config\n"}
	for k, v := range settings {
		all[k] = v
	}
	e.configure(all)
	return e
}

func (e *engine) configure(settings map[string]string) {
	e.t.Helper()
	variables := map[string]string{
		"kubernetes:config:namespace": e.namespace, "kubernetes:config:kubeconfig": e.kubeconfig,
	}
	for k, v := range settings {
		variables["kubernetes:config:"+k] = v
	}
	s := provider.New(provider.Options{Host: e, Custom: e.custom})
	e.server = s
	e.t.Cleanup(func() { _, _ = s.Cancel(context.Background(), nil) })
	//lint:ignore SA1019 As the engine sends them.
	resp, err := s.Configure(e.t.Context(), &pulumirpc.ConfigureRequest{Variables: variables, AcceptSecrets: true})
	require.NoError(e.t, err)
	require.True(e.t, resp.GetAcceptSecrets())
	require.True(e.t, resp.GetSupportsPreview())
	require.True(e.t, resp.GetSupportsAutonamingConfiguration())
}

func (e *engine) clientset() *kubernetes.Clientset {
	config, err := clientcmd.BuildConfigFromFlags("", e.kubeconfig)
	require.NoError(e.t, err)
	config.QPS = -1
	return kubernetes.NewForConfigOrDie(config)
}

func (e *engine) dynamic() dynamic.Interface {
	config, err := clientcmd.BuildConfigFromFlags("", e.kubeconfig)
	require.NoError(e.t, err)
	config.QPS = -1
	return dynamic.NewForConfigOrDie(config)
}

// res is one resource of a program: kubernetes:<token>, of a logical name, in its current state.
type res struct {
	e     *engine
	urn   string
	id    string
	state resource.PropertyMap
	// inputs are what the last Check returned.
	inputs resource.PropertyMap
}

func (e *engine) resource(token, name string) *res {
	return &res{e: e, urn: "urn:pulumi:stack::project::kubernetes:" + token + "::" + name}
}

type object = map[string]any

func properties(o object) resource.PropertyMap { return resource.NewPropertyMapFromMap(o) }

func (e *engine) marshal(m resource.PropertyMap) *structpb.Struct {
	out, err := plugin.MarshalProperties(m, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
	require.NoError(e.t, err)
	return out
}

func (e *engine) unmarshal(s *structpb.Struct) resource.PropertyMap {
	out, err := plugin.UnmarshalProperties(s, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
	require.NoError(e.t, err)
	return out
}

// plain is a map without the marks of secrets.
func plain(m resource.PropertyMap) object {
	var reveal func(v resource.PropertyValue) (any, bool)
	reveal = func(v resource.PropertyValue) (any, bool) {
		if v.IsSecret() {
			return v.SecretValue().Element.MapRepl(nil, reveal), true
		}
		return nil, false
	}
	return m.MapRepl(nil, reveal)
}

func (r *res) tryCheck(program resource.PropertyMap) (resource.PropertyMap, error) {
	req := &pulumirpc.CheckRequest{Urn: r.urn, News: r.e.marshal(program)}
	if r.inputs != nil {
		req.Olds = r.e.marshal(r.inputs)
	}
	resp, err := r.e.server.Check(r.e.t.Context(), req)
	if err != nil {
		return nil, err
	}
	require.Empty(r.e.t, resp.GetFailures())
	return r.e.unmarshal(resp.GetInputs()), nil
}

func (r *res) check(program resource.PropertyMap) resource.PropertyMap {
	r.e.t.Helper()
	checked, err := r.tryCheck(program)
	require.NoError(r.e.t, err)
	return checked
}

// previewed is what a preview shows of a resource that is not there yet.
func (r *res) previewed(o object) (resource.PropertyMap, error) {
	r.e.t.Helper()
	resp, err := r.e.server.Create(r.e.t.Context(), &pulumirpc.CreateRequest{
		Urn: r.urn, Properties: r.e.marshal(r.check(properties(o))), Preview: true,
	})
	if err != nil {
		return nil, err
	}
	require.Empty(r.e.t, resp.GetId())
	return r.e.unmarshal(resp.GetProperties()), nil
}

func (r *res) tryCreate(o object, timeout float64) error {
	r.e.t.Helper()
	inputs := r.check(properties(o))
	resp, err := r.e.server.Create(r.e.t.Context(), &pulumirpc.CreateRequest{
		Urn: r.urn, Properties: r.e.marshal(inputs), Timeout: timeout,
	})
	r.inputs = inputs
	if err != nil {
		return r.keep(err)
	}
	r.id, r.state = resp.GetId(), r.e.unmarshal(resp.GetProperties())
	return nil
}

// keep takes the state out of the error of a resource that is there and does not work, as the engine does.
func (r *res) keep(err error) error {
	if rpc, ok := rpcerror.FromError(err); ok {
		for _, d := range rpc.Details() {
			if init, ok := d.(*pulumirpc.ErrorResourceInitFailed); ok {
				r.id, r.state = init.GetId(), r.e.unmarshal(init.GetProperties())
				return &initError{reasons: init.GetReasons()}
			}
		}
	}
	return err
}

type initError struct{ reasons []string }

func (e *initError) Error() string { return strings.Join(e.reasons, "\n") }

func (r *res) create(o object) {
	r.e.t.Helper()
	require.NoError(r.e.t, r.tryCreate(o, 60))
}

func (r *res) diff(o object, ignore ...string) *pulumirpc.DiffResponse {
	r.e.t.Helper()
	return r.diffOf(properties(o), ignore...)
}

func (r *res) diffOf(program resource.PropertyMap, ignore ...string) *pulumirpc.DiffResponse {
	r.e.t.Helper()
	resp, err := r.e.server.Diff(r.e.t.Context(), &pulumirpc.DiffRequest{
		Urn: r.urn, Id: r.id, Olds: r.e.marshal(r.state), OldInputs: r.e.marshal(r.inputs),
		News: r.e.marshal(r.check(program)), IgnoreChanges: ignore,
	})
	require.NoError(r.e.t, err)
	require.True(r.e.t, resp.GetHasDetailedDiff())
	return resp
}

func (r *res) tryUpdate(o object, preview bool, ignore ...string) (resource.PropertyMap, error) {
	r.e.t.Helper()
	inputs := r.check(properties(o))
	resp, err := r.e.server.Update(r.e.t.Context(), &pulumirpc.UpdateRequest{
		Urn: r.urn, Id: r.id, Olds: r.e.marshal(r.state), OldInputs: r.e.marshal(r.inputs), News: r.e.marshal(inputs),
		Preview: preview, IgnoreChanges: ignore, Timeout: 60,
	})
	if preview {
		if err != nil {
			return nil, err
		}
		return r.e.unmarshal(resp.GetProperties()), nil
	}
	if err != nil {
		return nil, r.keep(err)
	}
	r.inputs, r.state = inputs, r.e.unmarshal(resp.GetProperties())
	return r.state, nil
}

func (r *res) update(o object, ignore ...string) {
	r.e.t.Helper()
	_, err := r.tryUpdate(o, false, ignore...)
	require.NoError(r.e.t, err)
}

// refresh reads the object; it reports false when the object is gone.
func (r *res) refresh() (bool, error) {
	r.e.t.Helper()
	resp, err := r.e.server.Read(r.e.t.Context(), &pulumirpc.ReadRequest{
		Urn: r.urn, Id: r.id, Properties: r.e.marshal(r.state), Inputs: r.e.marshal(r.inputs),
	})
	if err != nil {
		return true, r.keep(err)
	}
	if resp.GetId() == "" {
		return false, nil
	}
	r.state, r.inputs = r.e.unmarshal(resp.GetProperties()), r.e.unmarshal(resp.GetInputs())
	return true, nil
}

func (r *res) tryDelete() error {
	_, err := r.e.server.Delete(r.e.t.Context(), &pulumirpc.DeleteRequest{
		Urn: r.urn, Id: r.id, Properties: r.e.marshal(r.state), OldInputs: r.e.marshal(r.inputs), Timeout: 60,
	})
	return err
}

func (r *res) delete() {
	r.e.t.Helper()
	require.NoError(r.e.t, r.tryDelete())
}

// changes are a diff's properties and kinds, in a form to compare.
func changes(d *pulumirpc.DiffResponse) map[string]string {
	out := map[string]string{}
	for path, p := range d.GetDetailedDiff() {
		out[path] = p.GetKind().String()
	}
	return out
}

func at(m resource.PropertyMap, path string) any {
	p, err := resource.ParsePropertyPath(path)
	if err != nil {
		return err
	}
	v, ok := p.Get(resource.NewObjectProperty(m))
	if !ok {
		return nil
	}
	if v.IsSecret() {
		return v.SecretValue().Element.Mappable()
	}
	return v.Mappable()
}
