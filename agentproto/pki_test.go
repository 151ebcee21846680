package agentproto_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"rondb-tui/agentproto"
)

const (
	cluster = "5f0c7f4e-8d43-4f0e-9d0a-2f7a2c1b9e11"
	other   = "aaaaaaaa-8d43-4f0e-9d0a-2f7a2c1b9e11"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func authority(t *testing.T, cluster string) *agentproto.Authority {
	t.Helper()
	a, err := agentproto.NewAuthority(cluster, noon)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func engineOf(t *testing.T, a *agentproto.Authority) agentproto.Credentials {
	t.Helper()
	c, err := a.Engine(noon)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func agentOf(t *testing.T, a *agentproto.Authority, node int32) agentproto.Credentials {
	t.Helper()
	c, err := a.Agent(node, noon)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// meet has a client and a server shake hands and pass one byte each way. In TLS
// 1.3 a client learns of its refusal with the first byte only.
func meet(t *testing.T, client, server *tls.Config) error {
	t.Helper()
	near, far := net.Pipe()
	deadline := time.Now().Add(10 * time.Second)
	served := make(chan error, 1)
	go func() {
		defer func() { _ = far.Close() }()
		_ = far.SetDeadline(deadline)
		session := tls.Server(far, server)
		err := session.Handshake()
		if err == nil {
			_, err = session.Write([]byte{1})
		}
		served <- err
	}()
	_ = near.SetDeadline(deadline)
	session := tls.Client(near, client)
	_, err := io.ReadFull(session, make([]byte, 1))
	_ = near.Close()
	return errors.Join(err, <-served)
}

func at(when time.Time) func() time.Time { return func() time.Time { return when } }

func configs(t *testing.T, client, server agentproto.Credentials, when time.Time) (*tls.Config, *tls.Config) {
	t.Helper()
	c, err := client.ClientTLS(cluster, 1, at(when))
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.ServerTLS(cluster, at(when))
	if err != nil {
		t.Fatal(err)
	}
	return c, s
}

func TestOnlyTheEngineAndTheAgentOfOneClusterMeet(t *testing.T) {
	ours, theirs := authority(t, cluster), authority(t, other)
	twin := authority(t, cluster) // the same uuid, another authority
	engine, agent := engineOf(t, ours), agentOf(t, ours, 1)
	foreign := engineOf(t, theirs)
	foreign.CA = ours.Certificate // it believes us, we must not believe it
	impostor := engineOf(t, twin)
	impostor.CA = ours.Certificate
	foreignAgent := agentOf(t, theirs, 1)
	foreignAgent.CA = ours.Certificate
	for _, tc := range []struct {
		name           string
		client, server agentproto.Credentials
		when           time.Time
		refused        bool
	}{
		{"engine and agent", engine, agent, noon, false},
		{"an hour early", engine, agent, noon.Add(-59 * time.Minute), false},
		{"just before the end", engine, agent, noon.Add(29*24*time.Hour + 22*time.Hour), false},
		{"expired", engine, agent, noon.Add(agentproto.LeafLife), true},
		{"not yet valid", engine, agent, noon.Add(-2 * time.Hour), true},
		{"another cluster's engine", foreign, agent, noon, true},
		{"another authority of the same name", impostor, agent, noon, true},
		{"another cluster's agent", engine, foreignAgent, noon, true},
		{"an agent as engine", agentOf(t, ours, 2), agent, noon, true},
		{"an engine as agent", engine, engine, noon, true},
		{"another node's agent", engine, agentOf(t, ours, 2), noon, true},
	} {
		client, server := configs(t, tc.client, tc.server, tc.when)
		if err := meet(t, client, server); (err != nil) != tc.refused {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

func TestAClientWithoutCertificateOrWithOldTLSIsRefused(t *testing.T) {
	ours := authority(t, cluster)
	client, server := configs(t, engineOf(t, ours), agentOf(t, ours, 1), noon)
	bare := client.Clone()
	bare.Certificates = nil
	if err := meet(t, bare, server); err == nil {
		t.Error("a client without a certificate was let in")
	}
	old := client.Clone()
	old.MinVersion, old.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
	if err := meet(t, old, server); err == nil {
		t.Error("TLS 1.2 was spoken")
	}
}

// sign issues a certificate as the authority would not.
func sign(t *testing.T, a *agentproto.Authority, template *x509.Certificate, key *rsa.PrivateKey) agentproto.Credentials {
	t.Helper()
	pair, err := tls.X509KeyPair(a.Certificate, a.Key)
	if err != nil {
		t.Fatal(err)
	}
	template.SerialNumber, template.NotBefore = big.NewInt(7), noon.Add(-time.Hour)
	if template.DNSNames == nil {
		template.DNSNames = []string{agentproto.EngineName(cluster)}
	}
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	own := engineOf(t, a)
	var public any
	private := []byte(own.Key)
	if key != nil {
		public = &key.PublicKey
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		private = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	} else {
		leaf, err := tls.X509KeyPair(own.Certificate, own.Key)
		if err != nil {
			t.Fatal(err)
		}
		public = leaf.Leaf.PublicKey
	}
	der, err := x509.CreateCertificate(rand.Reader, template, pair.Leaf, public, pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return agentproto.Credentials{CA: a.Certificate, Certificate: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), Key: private}
}

func TestLongLivesAndOtherKeysAreRefused(t *testing.T) {
	ours := authority(t, cluster)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, client := range map[string]agentproto.Credentials{
		"lives longer":   sign(t, ours, &x509.Certificate{NotAfter: noon.Add(agentproto.LeafLife)}, nil),
		"not for engine": sign(t, ours, &x509.Certificate{NotAfter: noon.Add(time.Hour), DNSNames: []string{agentproto.AgentName(cluster, 1)}}, nil),
		"P-256":          sign(t, ours, &x509.Certificate{NotAfter: noon.Add(time.Hour)}, key),
	} {
		c, s := configs(t, client, agentOf(t, ours, 1), noon)
		if err := meet(t, c, s); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestAnAuthoritySurvivesItsJSON(t *testing.T) {
	ours := authority(t, cluster)
	text, err := json.Marshal(ours)
	if err != nil {
		t.Fatal(err)
	}
	var again agentproto.Authority
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	c, s := configs(t, engineOf(t, &again), agentOf(t, ours, 1), noon)
	if err := meet(t, c, s); err != nil {
		t.Error(err)
	}
	swapped := strings.Replace(string(text), cluster, other, 1)
	if err := json.Unmarshal([]byte(swapped), &again); err == nil {
		t.Error("an authority was taken for another cluster's")
	}
}

func TestKeysDoNotPrint(t *testing.T) {
	c := engineOf(t, authority(t, cluster))
	b := agentproto.NewBundle(cluster, 1, agentproto.KindDataNode, "10.0.0.1", 1, c)
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d"} {
		text := fmt.Sprintf(format, b)
		if strings.Contains(text, "PRIVATE") || strings.Contains(text, fmt.Sprintf(format, []byte("PRIVATE"))) || !strings.Contains(text, "[secret]") {
			t.Errorf("%s prints the key", format)
		}
	}
}
