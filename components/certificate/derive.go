package certificate

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"time"
)

// The time that all certificates hold for. It is part of them, and so may not depend on when the program runs.
var (
	notBefore = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	notAfter  = time.Date(2056, time.January, 1, 0, 0, 0, 0, time.UTC)
)

// pair is an authority and one server that it vouches for, in PEM.
type pair struct{ ca, chain, key string }

// derive makes the pair from the seed alone: the keys by HKDF, and the signatures deterministic, as RFC 6979 has them.
func derive(seed string, hosts []string) (*pair, error) {
	caKey, err := newKey(seed, "authority")
	if err != nil {
		return nil, err
	}
	serverKey, err := newKey(seed, "server")
	if err != nil {
		return nil, err
	}
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "plinth " + hosts[0]}, NotBefore: notBefore, NotAfter: notAfter,
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	server := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: hosts[0]}, NotBefore: notBefore, NotAfter: notAfter,
		DNSNames: hosts, KeyUsage: x509.KeyUsageDigitalSignature,
		// Servers of a cluster are each other's clients.
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	caText, err := sign(ca, ca, caKey.Public(), caKey)
	if err != nil {
		return nil, err
	}
	chain, err := sign(server, ca, serverKey.Public(), caKey)
	if err != nil {
		return nil, err
	}
	key, err := x509.MarshalPKCS8PrivateKey(serverKey.PrivateKey)
	if err != nil {
		return nil, fmt.Errorf("writing the key of %s: %w", hosts[0], err)
	}
	return &pair{ca: caText, chain: chain, key: text("PRIVATE KEY", key)}, nil
}

// signer signs without a source of randomness.
type signer struct{ *ecdsa.PrivateKey }

func (s signer) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return s.PrivateKey.Sign(nil, digest, opts)
}

// newKey is a key on P-256, the curve that every client knows. One 32-byte number in 2^32 is none of its keys.
func newKey(seed, use string) (signer, error) {
	for attempt := range 4 {
		number, err := hkdf.Key(sha256.New, []byte(seed), nil, fmt.Sprintf("plinth %s %d", use, attempt), 32)
		if err != nil {
			return signer{}, fmt.Errorf("deriving a key: %w", err)
		}
		if key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), number); err == nil {
			return signer{key}, nil
		}
	}
	return signer{}, fmt.Errorf("deriving the key of the %s: the seed yields none; replace it", use)
}

func sign(template, parent *x509.Certificate, public any, by crypto.Signer) (string, error) {
	der, err := x509.CreateCertificate(nil, template, parent, public, by)
	if err != nil {
		return "", fmt.Errorf("signing the certificate of %s: %w", template.Subject.CommonName, err)
	}
	return text("CERTIFICATE", der), nil
}

func text(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}
