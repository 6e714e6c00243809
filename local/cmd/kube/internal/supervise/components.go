package supervise

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
	"k8s.io/client-go/util/cert"

	"github.com/plinth-iac/plinth/local/cmd/kube/internal/pki"
	"github.com/plinth-iac/plinth/local/kube/state"
)

const (
	host         = "127.0.0.1" // nothing listens anywhere else
	serviceRange = "10.96.0.0/16"
	podRange     = "10.128.0.0/10" // 16,384 nodes of 254 pods
)

var apiServiceIP = net.IPv4(10, 96, 0, 1)

// What watches or signs nothing here: there are no kubelets to sign for, no cloud, no devices, no volumes to attach;
// growing volumes is the simulated driver's work.
var disabledControllers = []string{
	"certificatesigningrequest-signing-controller", "certificatesigningrequest-approving-controller",
	"certificatesigningrequest-cleaner-controller", "podcertificaterequest-cleaner-controller",
	"kube-apiserver-serving-clustertrustbundle-publisher-controller", "device-taint-eviction-controller",
	"persistentvolume-attach-detach-controller", "persistentvolume-expander-controller",
	"storageversion-garbage-collector-controller", "storage-version-migrator-controller", "ttl-controller",
	"resourceclaim-controller", "resourcepoolstatusrequest-controller", "podgroup-protection-controller",
	"legacy-serviceaccount-token-cleaner-controller", "volumeattributesclass-protection-controller",
	"selinux-warning-controller",
}

// ports are free ones of this run.
type ports struct{ api, etcd, controllers, scheduler, nodes int }

// url of the API server.
func (p ports) url() string { return "https://" + address(p.api) }

func address(port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }

func (c cluster) etcdProcess(p ports) *process {
	return c.process("etcd", "etcd", nil, // ready when the API server, which needs it, is
		"--data-dir", c.etcd(), "--listen", "https://"+address(p.etcd),
		"--cert", pki.Cert(c.pki(), pki.Etcd), "--key", pki.Key(c.pki(), pki.Etcd), "--client-ca", pki.Cert(c.pki(), pki.EtcdCA))
}

func (c cluster) apiServer(p ports) *process {
	return c.process("kube-apiserver", "the API server", c.probe(p.url()+"/readyz"),
		"--etcd-servers", "https://"+address(p.etcd),
		"--etcd-cafile", pki.Cert(c.pki(), pki.EtcdCA),
		"--etcd-certfile", pki.Cert(c.pki(), pki.EtcdClient), "--etcd-keyfile", pki.Key(c.pki(), pki.EtcdClient),
		"--bind-address", host, "--secure-port", strconv.Itoa(p.api),
		// A loopback address may not be an endpoint of the Service "kubernetes", and no pod runs that would use it.
		"--advertise-address", host, "--endpoint-reconciler-type", "none",
		"--tls-cert-file", pki.Cert(c.pki(), pki.Server), "--tls-private-key-file", pki.Key(c.pki(), pki.Server),
		"--client-ca-file", pki.Cert(c.pki(), pki.CA), "--anonymous-auth=false",
		"--service-account-issuer", "https://kubernetes.default.svc.cluster.local",
		"--service-account-signing-key-file", pki.Key(c.pki(), pki.ServiceAccounts),
		"--service-account-key-file", pki.Cert(c.pki(), pki.ServiceAccounts),
		"--service-cluster-ip-range", serviceRange,
		"--authorization-mode", "Node,RBAC", "--allow-privileged", "--profiling=false")
}

func (c cluster) controllerManager(p ports) *process {
	return c.process("kube-controller-manager", "controllers", c.probe("https://"+address(p.controllers)+"/healthz"),
		c.controller(p.controllers, pki.ControllerManager,
			"--root-ca-file", pki.Cert(c.pki(), pki.CA),
			"--service-account-private-key-file", pki.Key(c.pki(), pki.ServiceAccounts),
			"--service-cluster-ip-range", serviceRange, "--cluster-cidr", podRange,
			"--allocate-node-cidrs", "--node-cidr-mask-size", "24",
			"--controllers", "*,-"+strings.Join(disabledControllers, ",-"))...)
}

func (c cluster) scheduler(p ports) *process {
	return c.process("kube-scheduler", "the scheduler", c.probe("https://"+address(p.scheduler)+"/readyz"),
		c.controller(p.scheduler, pki.Scheduler)...)
}

// controller is what the controller manager and the scheduler have in common.
func (c cluster) controller(port int, identity string, more ...string) []string {
	return append([]string{
		"--kubeconfig", c.kubeconfig(identity), "--leader-elect=false", "--profiling=false",
		"--bind-address", host, "--secure-port", strconv.Itoa(port),
		"--tls-cert-file", pki.Cert(c.pki(), pki.Server), "--tls-private-key-file", pki.Key(c.pki(), pki.Server),
		// The defaults (20 to 50 a second) are for shared servers; here they only make a stack of 1,000 objects slow.
		"--kube-api-qps", "300", "--kube-api-burst", "600",
	}, more...)
}

func (c cluster) nodes(p ports) *process {
	return c.process("nodes", "simulated nodes", c.probe("http://"+address(p.nodes)+"/readyz"),
		"--kubeconfig", c.kubeconfig(pki.Nodes), "--health", address(p.nodes))
}

// probe asks url until it answers 200.
func (c cluster) probe(url string) func(context.Context) error {
	return func(ctx context.Context) error {
		roots, err := cert.NewPool(pki.Cert(c.pki(), pki.CA))
		if err != nil {
			return err
		}
		admin, err := tls.LoadX509KeyPair(pki.Cert(c.pki(), pki.Admin), pki.Key(c.pki(), pki.Admin))
		if err != nil {
			return err
		}
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{admin}, MinVersion: tls.VersionTLS12}}
		defer transport.CloseIdleConnections()
		client := &http.Client{Transport: transport, Timeout: 5 * time.Second}
		for {
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
			if err != nil {
				return err
			}
			if response, err := client.Do(request); err == nil {
				_ = response.Body.Close()
				if response.StatusCode == http.StatusOK {
					return nil
				}
			}
			select {
			case <-ctx.Done():
				return context.Cause(ctx)
			case <-time.After(50 * time.Millisecond):
			}
		}
	}
}

func (c cluster) kubeconfig(identity string) string {
	return filepath.Join(c.dir.Cluster(), identity+".kubeconfig")
}

// writeKubeconfigs for the components, in the cluster's directory.
func (c cluster) writeKubeconfigs(p ports) error {
	for _, identity := range []string{pki.ControllerManager, pki.Scheduler, pki.Nodes} {
		if err := c.writeKubeconfig(c.kubeconfig(identity), identity, p); err != nil {
			return err
		}
	}
	return nil
}

func (c cluster) writeKubeconfig(path, identity string, p ports) error {
	files := map[string][]byte{pki.Cert(c.pki(), pki.CA): nil, pki.Cert(c.pki(), identity): nil, pki.Key(c.pki(), identity): nil}
	for file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		files[file] = data
	}
	config := api.NewConfig()
	config.CurrentContext = "plinth"
	config.Contexts["plinth"] = &api.Context{Cluster: "plinth", AuthInfo: identity}
	config.Clusters["plinth"] = &api.Cluster{Server: p.url(), CertificateAuthorityData: files[pki.Cert(c.pki(), pki.CA)]}
	config.AuthInfos[identity] = &api.AuthInfo{
		ClientCertificateData: files[pki.Cert(c.pki(), identity)], ClientKeyData: files[pki.Key(c.pki(), identity)],
	}
	data, err := clientcmd.Write(*config)
	if err != nil {
		return err
	}
	return state.WriteFile(path, data)
}
