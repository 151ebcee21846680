package agentproto

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"time"
)

// Lifetimes of certificates. An authority lives as long as its cluster may; an
// engine and its agents get new leaves whenever they start.
const (
	AuthorityLife = 10 * 365 * 24 * time.Hour
	LeafLife      = 30 * 24 * time.Hour // the longest; a leaf above it is refused

	clockSkew = time.Hour // how far a container's clock may be behind
)

// PEM types.
const (
	pemCertificate = "CERTIFICATE"
	pemKey         = "PRIVATE KEY"
)

// Secret is a private key. It prints as a word, never as what it is; only JSON
// carries it.
type Secret []byte

// Format hides the secret from every verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[secret]") }

// Authority is the certificate authority of one cluster. Its JSON is what the
// meta volume keeps.
type Authority struct {
	Cluster     string // the cluster's uuid
	Certificate []byte // PEM
	Key         Secret // PEM

	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// Credentials are what one end of a connection shows, and whom it believes: all
// PEM. They are good for TLS 1.3 with the same cluster's other ends, and nobody
// else.
type Credentials struct {
	CA          []byte
	Certificate []byte
	Key         Secret
}

// NewAuthority makes the authority of a cluster, given by its uuid (lower-case
// letters, digits and dashes).
func NewAuthority(cluster string, now time.Time) (*Authority, error) {
	if err := checkCluster(cluster); err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		Subject:                     pkix.Name{CommonName: "rondb-tui " + cluster},
		NotBefore:                   now.Add(-clockSkew),
		NotAfter:                    now.Add(AuthorityLife),
		IsCA:                        true,
		BasicConstraintsValid:       true,
		MaxPathLenZero:              true,
		KeyUsage:                    x509.KeyUsageCertSign,
		PermittedDNSDomainsCritical: true,
		PermittedDNSDomains:         []string{domain(cluster)},
	}
	certificate, key, err := issue(template, nil, nil)
	if err != nil {
		return nil, err
	}
	a := &Authority{Cluster: cluster, Certificate: certificate, Key: key}
	return a, a.load()
}

// UnmarshalJSON reads an authority and checks that it is one.
func (a *Authority) UnmarshalJSON(text []byte) error {
	type plain Authority // without this method
	if err := json.Unmarshal(text, (*plain)(a)); err != nil {
		return fmt.Errorf("read the authority: %w", err)
	}
	return a.load()
}

func (a *Authority) load() error {
	pair, err := tls.X509KeyPair(a.Certificate, a.Key)
	if err != nil {
		return fmt.Errorf("read the authority: %w", err)
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok || !pair.Leaf.IsCA || !slices.Equal(pair.Leaf.PermittedDNSDomains, []string{domain(a.Cluster)}) {
		return fmt.Errorf("read the authority: it is not cluster %q's", a.Cluster)
	}
	a.certificate, a.key = pair.Leaf, key
	return nil
}

// Engine makes the credentials of an engine: it may call agents, and cannot pass
// for one.
func (a *Authority) Engine(now time.Time) (Credentials, error) {
	return a.leaf(EngineName(a.Cluster), x509.ExtKeyUsageClientAuth, now)
}

// Agent makes the credentials of a node's agent: it answers as that node, and
// cannot call another.
func (a *Authority) Agent(node int32, now time.Time) (Credentials, error) {
	return a.leaf(AgentName(a.Cluster, node), x509.ExtKeyUsageServerAuth, now)
}

func (a *Authority) leaf(name string, role x509.ExtKeyUsage, now time.Time) (Credentials, error) {
	if a.key == nil {
		return Credentials{}, errors.New("issue a certificate: the authority was not read")
	}
	template := &x509.Certificate{
		Subject:     pkix.Name{CommonName: name},
		DNSNames:    []string{name},
		NotBefore:   now.Add(-clockSkew),
		NotAfter:    now.Add(LeafLife - clockSkew),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{role},
	}
	certificate, key, err := issue(template, a.certificate, a.key)
	if err != nil {
		return Credentials{}, err
	}
	return Credentials{CA: a.Certificate, Certificate: certificate, Key: key}, nil
}

// issue makes a key on P-256 and has its certificate signed: by itself without a
// parent.
func issue(template, parent *x509.Certificate, signer *ecdsa.PrivateKey) ([]byte, Secret, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("make a key: %w", err)
	}
	if parent == nil {
		parent, signer = template, key
	}
	template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, nil, fmt.Errorf("draw a serial number: %w", err)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		return nil, nil, fmt.Errorf("issue a certificate: %w", err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, fmt.Errorf("write a key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: pemCertificate, Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: pemKey, Bytes: private}), nil
}

// EngineName is the name in the certificate of a cluster's engine.
func EngineName(cluster string) string { return "engine." + domain(cluster) }

// AgentName is the name in the certificate of a node's agent.
func AgentName(cluster string, node int32) string {
	return fmt.Sprintf("node-%d.%s", node, domain(cluster))
}

func domain(cluster string) string { return cluster + ".rondb-tui" }

// ServerTLS is how an agent of a cluster listens: to that cluster's engine alone.
// now is nil for the system's clock.
func (c Credentials) ServerTLS(cluster string, now func() time.Time) (*tls.Config, error) {
	base, roots, err := c.base(now)
	if err != nil {
		return nil, err
	}
	base.ClientAuth, base.ClientCAs = tls.RequireAndVerifyClientCert, roots
	base.SessionTicketsDisabled = true // every connection is verified anew
	base.VerifyConnection = func(state tls.ConnectionState) error { return checkPeer(state, EngineName(cluster)) }
	return base, nil
}

// ClientTLS is how an engine calls the agent of a node, and no other. now is nil
// for the system's clock.
func (c Credentials) ClientTLS(cluster string, node int32, now func() time.Time) (*tls.Config, error) {
	base, roots, err := c.base(now)
	if err != nil {
		return nil, err
	}
	name := AgentName(cluster, node)
	base.RootCAs, base.ServerName = roots, name
	base.VerifyConnection = func(state tls.ConnectionState) error { return checkPeer(state, name) }
	return base, nil
}

func (c Credentials) base(now func() time.Time) (*tls.Config, *x509.CertPool, error) {
	pair, err := tls.X509KeyPair(c.Certificate, c.Key)
	if err != nil {
		return nil, nil, fmt.Errorf("read the credentials: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(bytes.Clone(c.CA)) {
		return nil, nil, errors.New("read the credentials: there is no authority in them")
	}
	return &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{pair}, Time: now}, roots, nil
}

// checkPeer holds what the chain, its dates and the role do not: the one name,
// the kind of key and the short life.
func checkPeer(state tls.ConnectionState, name string) error {
	if len(state.PeerCertificates) == 0 {
		return errors.New("the other side shows no certificate")
	}
	leaf := state.PeerCertificates[0]
	key, ok := leaf.PublicKey.(*ecdsa.PublicKey)
	switch {
	case !slices.Equal(leaf.DNSNames, []string{name}):
		return fmt.Errorf("the certificate is for %.200q, not for %s", leaf.DNSNames, name)
	case !ok || key.Curve != elliptic.P256():
		return errors.New("the certificate's key is not on P-256")
	case leaf.NotAfter.Sub(leaf.NotBefore) > LeafLife:
		return fmt.Errorf("the certificate lives longer than %s", LeafLife)
	}
	return nil
}
