// Package pki makes and checks the keys and certificates of a local cluster.
package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/util/cert"
	"k8s.io/client-go/util/keyutil"
)

// Names of what is made: <name>.crt and, but for the authorities, <name>.key.
const (
	CA                = "ca"
	EtcdCA            = "etcd-ca" // apart, so that no client of the API server is a client of etcd
	Server            = "server"
	Etcd              = "etcd"
	EtcdClient        = "etcd-client"
	Admin             = "admin"
	ControllerManager = "controller-manager"
	Scheduler         = "scheduler"
	Nodes             = "nodes"
	// ServiceAccounts is the key pair that signs service account tokens; its .crt is a bare public key.
	ServiceAccounts = "service-accounts"
)

// The cluster is on one machine and is thrown away long before this: renewing would be a way to fail, not a safeguard.
const validity = 10 * 365 * 24 * time.Hour

var signed = []struct {
	name, ca string
	subject  pkix.Name
	usage    x509.ExtKeyUsage
}{
	{Server, CA, pkix.Name{CommonName: "kube-apiserver"}, x509.ExtKeyUsageServerAuth},
	{Etcd, EtcdCA, pkix.Name{CommonName: "etcd"}, x509.ExtKeyUsageServerAuth},
	{EtcdClient, EtcdCA, pkix.Name{CommonName: "kube-apiserver"}, x509.ExtKeyUsageClientAuth},
	{Admin, CA, pkix.Name{CommonName: "plinth:admin", Organization: admins}, x509.ExtKeyUsageClientAuth},
	{ControllerManager, CA, pkix.Name{CommonName: "system:kube-controller-manager", Organization: admins}, x509.ExtKeyUsageClientAuth},
	{Scheduler, CA, pkix.Name{CommonName: "system:kube-scheduler", Organization: admins}, x509.ExtKeyUsageClientAuth},
	{Nodes, CA, pkix.Name{CommonName: "plinth:nodes", Organization: admins}, x509.ExtKeyUsageClientAuth},
}

// The components are of this group so that they need not wait for the API server to make their RBAC roles.
var admins = []string{"system:masters"}

// Create writes all pairs into dir, which must exist. serviceIP is the in-cluster address of the API server.
func Create(dir string, serviceIP net.IP) error {
	cas := map[string]pair{}
	for _, name := range []string{CA, EtcdCA} {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return err
		}
		crt, err := cert.NewSelfSignedCACert(cert.Config{CommonName: "plinth-" + name}, key)
		if err != nil {
			return fmt.Errorf("certificate authority %s: %w", name, err)
		}
		cas[name] = pair{crt, key} // the key is never written: nothing is signed later
		if err := cas[name].writeCert(dir, name); err != nil {
			return err
		}
	}
	for _, s := range signed {
		p, err := sign(cas[s.ca], &x509.Certificate{
			Subject:     s.subject,
			ExtKeyUsage: []x509.ExtKeyUsage{s.usage},
			IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback, serviceIP},
			DNSNames:    []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"},
		})
		if err != nil {
			return fmt.Errorf("certificate %s: %w", s.name, err)
		}
		if err := p.write(dir, s.name); err != nil {
			return err
		}
	}
	return createServiceAccountKey(dir)
}

// Check tells which file is missing or damaged, if any is.
func Check(dir string) error {
	for _, s := range signed {
		if _, err := tls.LoadX509KeyPair(Cert(dir, s.name), Key(dir, s.name)); err != nil {
			return fmt.Errorf("%s: %w", Cert(dir, s.name), err)
		}
	}
	for _, ca := range []string{CA, EtcdCA} {
		if _, err := cert.CertsFromFile(Cert(dir, ca)); err != nil {
			return fmt.Errorf("%s: %w", Cert(dir, ca), err)
		}
	}
	if _, err := keyutil.PrivateKeyFromFile(Key(dir, ServiceAccounts)); err != nil {
		return fmt.Errorf("%s: %w", Key(dir, ServiceAccounts), err)
	}
	if _, err := keyutil.PublicKeysFromFile(Cert(dir, ServiceAccounts)); err != nil {
		return fmt.Errorf("%s: %w", Cert(dir, ServiceAccounts), err)
	}
	return nil
}

// Cert is the path of a certificate.
func Cert(dir, name string) string { return filepath.Join(dir, name+".crt") }

// Key is the path of a private key.
func Key(dir, name string) string { return filepath.Join(dir, name+".key") }

type pair struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func sign(ca pair, template *x509.Certificate) (pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return pair{}, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return pair{}, err
	}
	template.SerialNumber = serial
	template.NotBefore = ca.cert.NotBefore
	template.NotAfter = time.Now().Add(validity)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, template, ca.cert, key.Public(), ca.key)
	if err != nil {
		return pair{}, err
	}
	crt, err := x509.ParseCertificate(der)
	return pair{crt, key}, err
}

func (p pair) write(dir, name string) error {
	if err := p.writeCert(dir, name); err != nil {
		return err
	}
	return writeKey(Key(dir, name), p.key)
}

func (p pair) writeCert(dir, name string) error {
	pem, err := cert.EncodeCertificates(p.cert)
	if err != nil {
		return err
	}
	return os.WriteFile(Cert(dir, name), pem, 0o600)
}

func writeKey(path string, key *ecdsa.PrivateKey) error {
	pem, err := keyutil.MarshalPrivateKeyToPEM(key)
	if err != nil {
		return err
	}
	return os.WriteFile(path, pem, 0o600)
}

func createServiceAccountKey(dir string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	public, err := publicPEM(key)
	if err != nil {
		return err
	}
	if err := os.WriteFile(Cert(dir, ServiceAccounts), public, 0o600); err != nil {
		return err
	}
	return writeKey(Key(dir, ServiceAccounts), key)
}
