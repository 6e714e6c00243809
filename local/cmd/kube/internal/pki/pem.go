package pki

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"

	"k8s.io/client-go/util/keyutil"
)

// publicPEM exists because client-go encodes private keys only.
func publicPEM(key *ecdsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: keyutil.PublicKeyBlockType, Bytes: der}), nil
}
