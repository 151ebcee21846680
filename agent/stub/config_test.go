package stub

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestConfigurationsOfTheGeneratorAreRead(t *testing.T) {
	for name, want := range map[string]string{
		"rondb-2x2of3.ini": "1/0 2/0 3/0- 4/1 5/1 6/1-",
		"ndb-7.2.1.ini":    "1/0 2/0",
	} {
		text, err := os.ReadFile("../../rondb/config/testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		c, err := parseConfig(string(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var data []string
		hosts := 0
		for _, s := range c.slots {
			if s.host != "" {
				hosts++
			}
			if s.kind == 1 {
				word := fmt.Sprintf("%d/%d", s.id, s.group)
				if !s.active {
					word += "-"
				}
				data = append(data, word)
			}
		}
		if got := strings.Join(data, " "); got != want || hosts < 4 {
			t.Errorf("%s: data nodes %q, want %q; %d hosts", name, got, want, hosts)
		}
	}
}

func TestBrokenConfigurationsAreRefused(t *testing.T) {
	for says, text := range map[string]string{
		"node id 0":    "[NDBD]\nHostName=a\n",
		"node id 7":    "[NDBD]\nNodeId=7\n[API]\nNodeId=7\n",
		"not a number": "[NDBD]\nNodeId=x\n",
		"line 1":       "rubbish\n",
		"NoOfReplicas": "[NDBD DEFAULT]\nNoOfReplicas=0\n",
	} {
		if _, err := parseConfig(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want something about %q", err, says)
		}
	}
	grouped, err := parseConfig("[NDBD DEFAULT]\nNoOfReplicas=2\n[NDBD]\nNodeId=3\n[NDBD]\nNodeId=1\n[NDBD]\nNodeId=2\n")
	if err != nil || grouped.slots[1].group != 0 || grouped.slots[2].group != 1 {
		t.Errorf("groups by order: %v, %v", grouped, err)
	}
}
