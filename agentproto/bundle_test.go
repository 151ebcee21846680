package agentproto_test

import (
	"bytes"
	"strings"
	"testing"

	"rondb-tui/agentproto"
)

func bundle(t *testing.T) agentproto.Bundle {
	t.Helper()
	return agentproto.NewBundle(cluster, 3, agentproto.KindDataNode, "10.1.2.3", 7, agentOf(t, authority(t, cluster), 3))
}

func TestABundleSurvivesStandardInput(t *testing.T) {
	want := bundle(t)
	text, err := want.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := agentproto.ReadBundle(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	again, err := got.Encode()
	if err != nil || !bytes.Equal(text, again) {
		t.Errorf("it came back as another: %v", err)
	}
	if _, err := got.Credentials.ServerTLS(cluster, nil); err != nil {
		t.Error(err)
	}
}

func TestBrokenBundlesAreRefusedWithoutQuotingThem(t *testing.T) {
	good, err := bundle(t).Encode()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"nothing":        "",
		"half":           string(good[:len(good)/2]),
		"twice":          string(good) + string(good),
		"an extra field": `{"password":"hunter2",` + string(good[1:]),
		"a wrong type":   strings.Replace(string(good), `"node":3`, `"node":"hunter2"`, 1),
		"endless":        strings.Repeat(" ", agentproto.MaxBundle) + string(good),
	} {
		_, err := agentproto.ReadBundle(strings.NewReader(text))
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestABundleSaysWhatIsWrongWithIt(t *testing.T) {
	for want, spoil := range map[string]func(*agentproto.Bundle){
		"protocol":    func(b *agentproto.Bundle) { b.Protocol++ },
		"uuid":        func(b *agentproto.Bundle) { b.Cluster = "a.b" },
		"node 256":    func(b *agentproto.Bundle) { b.Node = 256 },
		"ndbd":        func(b *agentproto.Bundle) { b.Kind = "ndbd" },
		"absolute":    func(b *agentproto.Bundle) { b.Dir = "data" },
		"host:port":   func(b *agentproto.Bundle) { b.Listen = "7600" },
		"IP address":  func(b *agentproto.Bundle) { b.Address = "node3" },
		"port":        func(b *agentproto.Bundle) { b.MySQLPort = 1 << 16 },
		"credentials": func(b *agentproto.Bundle) { b.Credentials.Key = nil },
	} {
		b := bundle(t)
		spoil(&b)
		if err := b.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want something about %q", err, want)
		}
	}
}
