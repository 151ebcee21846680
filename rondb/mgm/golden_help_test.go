package mgm_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"rondb-tui/rondb/mgm"
)

func itoa(n int) string { return strconv.Itoa(n) }

func wordConfig(c mgm.Config) string {
	node, _ := c.Node(1)
	memory, _ := node.Int("DataMemory")
	return fmt.Sprintf("%d sections, DataMemory %d of node %d in group %d, active %v", len(c.Sections), memory, node.Node(), node.Group(), node.Active())
}

func dump(t mgm.EventType) func(context.Context, *mgm.Client) (any, error) {
	return func(ctx context.Context, c *mgm.Client) (any, error) {
		events, err := c.DumpEvents(ctx, t)
		for i := range events {
			if events[i].At.IsZero() {
				return nil, fmt.Errorf("event %d has no time", i)
			}
			events[i].At = time.Time{}
		}
		return events, err
	}
}

func memoryReport() []mgm.Event {
	var all []mgm.Event
	for _, node := range []mgm.NodeID{1, 2} {
		all = append(all,
			mgm.Event{Type: mgm.EventMemoryUsage, Source: node, Body: &mgm.MemoryUsage{PageSize: 32768, Used: 26, Total: 2048, Block: mgm.BlockDataMemory}},
			mgm.Event{Type: mgm.EventMemoryUsage, Source: node, Body: &mgm.MemoryUsage{PageSize: 8192, Used: 24, Total: 2080, Block: mgm.BlockIndexMemory}})
	}
	return all
}

func backupReport() []mgm.Event {
	return []mgm.Event{
		{Type: mgm.EventBackupStatus, Source: 2, Body: &mgm.BackupStatus{}},
		{Type: mgm.EventBackupStatus, Source: 1, Body: &mgm.BackupStatus{}},
	}
}

func TestRefusedSubscriptions(t *testing.T) {
	for name, want := range map[string]string{
		"listen_event_bad":    "Invalid filter specification: >bogus< >bogus< 1 (result -1)",
		"listen_event_header": "Unknown category: >15< (result -1)",
	} {
		near, far := pipe(t)
		go func() {
			if err := readRequest(far); err == nil {
				_, _ = far.Write(readFixture(t, name).reply)
			}
		}()
		_, err := mgm.Listen(t.Context(), "pipe", mgm.Filter{{15, 2}}, mgm.Options{Dial: mgm.DialTo(near)})
		compare(t, golden{err: refused(0, want)}, nil, err)
	}
}

func TestTheCodeOfARefusedNodeGroupCountsWithoutItsWords(t *testing.T) {
	client, _ := play(t, fixture{
		request: []byte("create nodegroup\nnodes: 3 4\n\n"),
		reply:   []byte("create nodegroup reply\nng: -1\nerror_code: 701\nresult: System busy with other schema operation\n\n"),
	})
	_, err := client.CreateNodeGroup(t.Context(), []mgm.NodeID{3, 4})
	wantCode(t, err, mgm.KindRefused, mgm.CodeSchemaOperation)
}

func TestConfigFindsWhatNodesAre(t *testing.T) {
	config, err := mgm.NewReader(readFixture(t, "show_config").reply).Config()
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, s := range config.Nodes() {
		words = append(words, fmt.Sprintf("%v %d %d", s.Type(), s.Node(), s.Group()))
	}
	if got, want := strings.Join(words, ", "), "NDB 1 0, NDB 2 0, MGM 65 -1, API 67 -1, API 68 -1, API 69 -1"; got != want {
		t.Errorf("nodes %q, want %q", got, want)
	}
	if generation, ok := config.Generation(); !ok || generation != 1 {
		t.Errorf("generation %d, %v", generation, ok)
	}
	if host, ok := config.Sections[1].Get("HostName"); !ok || host != "127.0.0.1" {
		t.Errorf("host %q, %v", host, ok)
	}
	inactive := mgm.Section{Name: "DB", Params: []mgm.Param{{Name: "NodeId", Value: "3"}, {Name: "NodeActive", Value: "0"}, {Name: "Nodegroup", Value: "65536"}}}
	if inactive.Active() || inactive.Type() != mgm.DataNode || inactive.Group() != mgm.NoGroup {
		t.Errorf("an inactive slot without a group is %v, %v, %d", inactive.Active(), inactive.Type(), inactive.Group())
	}
}
