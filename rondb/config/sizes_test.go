package config_test

import (
	"errors"
	"strings"
	"testing"

	"rondb-tui/rondb/config"
)

// TestSizesKeepTheRules holds each row of the tables to the engine's rule, and
// RonDB's to the published figures where those keep it.
func TestSizesKeepTheRules(t *testing.T) {
	for _, release := range []config.Release{ronDB(), ndb(8, 0, 34), ndb(7, 2, 1)} {
		last := int64(0)
		for _, size := range config.Sizes(release.Flavour) {
			c := cluster(t, release, 1, 2, 2)
			c.Size = size
			if _, err := c.INI(); err != nil {
				t.Errorf("%s %s: %v", release, size.Name, err)
			}
			if size.DataNode.Memory <= last {
				t.Errorf("%s %s is not larger than the one before", release, size.Name)
			}
			last = size.DataNode.Memory
			if size.NumCPUs*1000 > size.DataNode.MilliCPUs {
				t.Errorf("%s %s makes threads for %d processors and has %d/1000", release, size.Name, size.NumCPUs, size.DataNode.MilliCPUs)
			}
		}
	}
	for name, total := range map[string]int64{"mini": 2100, "small": 2550, "medium": 6500, "large": 8000, "xlarge": 13600} {
		if size, _ := config.SizeNamed(config.RonDB, name); size.TotalMemory != total*mib {
			t.Errorf("%s plans with %d MiB, not %d", name, size.TotalMemory/mib, total)
		}
	}
}

func TestFit(t *testing.T) {
	pair := config.Shape{Flavour: config.RonDB, DataNodes: 2, Management: 1, MySQL: 1}
	for _, test := range []struct {
		available int64 // MiB
		want      string
	}{{6961, ""}, {6962, "mini"}, {15000, "mini"}, {17000, "small"}, {40000, "medium"}, {47000, "large"}, {500_000, "large"}} {
		size, err := config.Fit(test.available*mib, pair)
		if size.Name != test.want || (err == nil) != (test.want != "") {
			t.Errorf("%d MiB: %q, %v; want %q", test.available, size.Name, err, test.want)
		}
	}
	pair.CPUs = 1
	if size, err := config.Fit(6962*mib, pair); err != nil || size.NumCPUs != 1 || size.DataNode.MilliCPUs != 1000 || size.Management.MilliCPUs != 200 {
		t.Errorf("on one processor: %+v, %v", size, err)
	}
}

func TestARefusalCarriesTheArithmetic(t *testing.T) {
	_, err := config.Fit(6961*mib, config.Shape{Flavour: config.RonDB, DataNodes: 2, Management: 1, MySQL: 1})
	var unfit *config.NoFitError
	want := "there is not enough memory for this cluster: mini: 2 data nodes × 2500M + 1 management server × 50M + " +
		"1 MySQL server × 1400M + 512M for the machine = 6962M of 6961M. " +
		"Ask for fewer node groups, replicas or MySQL servers, or give Docker 1M more"
	if !errors.As(err, &unfit) || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestChoose(t *testing.T) {
	shape := config.Shape{Flavour: config.NDB, DataNodes: 2, Management: 1, MySQL: 2}
	if size, err := config.Choose("large", 24000*mib, shape); err != nil || size.Name != "large" {
		t.Errorf("%q, %v", size.Name, err)
	}
	var unfit *config.NoFitError
	if _, err := config.Choose("large", 16000*mib, shape); !errors.As(err, &unfit) {
		t.Errorf("large on 16000M: %v", err)
	}
	if size, err := config.Choose(config.Auto, 16000*mib, shape); err != nil || size.Name != "small" {
		t.Errorf("%q, %v", size.Name, err)
	}
	if _, err := config.Choose("huge", 24000*mib, shape); err == nil || !strings.Contains(err.Error(), "mini, small, medium, large, xlarge, auto") {
		t.Errorf("huge: %v", err)
	}
}

func TestMemoryNotation(t *testing.T) {
	for text, bytes := range map[string]int64{"0": 0, "1": 1, "2K": 2 << 10, "2100M": 2100 * mib, "3G": 3 << 30, "1T": 1 << 40} {
		got, err := config.ParseMemory(text)
		if err != nil || got != bytes {
			t.Errorf("%s: %d, %v", text, got, err)
		}
		if again, err := config.ParseMemory(config.FormatMemory(bytes)); err != nil || again != bytes {
			t.Errorf("%s came back as %d, %v", text, again, err)
		}
	}
	if got := config.FormatMemory(1 << 40); got != "1024G" {
		t.Errorf("RonDB knows no T, yet it got %s", got)
	}
	for _, text := range []string{"", "M", "+1M", "-1", "1.5G", "1GB", "1 G", "9000000000G", "1k"} {
		if _, err := config.ParseMemory(text); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}

func TestTotalMemoryBounds(t *testing.T) {
	for _, test := range []struct {
		total, limit int64
		ok           bool
	}{
		{2048 * mib, 2500 * mib, true}, {2047 * mib, 2500 * mib, false},
		{2125 * mib, 2500 * mib, true}, {2126 * mib, 2500 * mib, false},
		{16 << 40, 64 << 40, true}, {16<<40 + 1, 64 << 40, false},
	} {
		if err := config.CheckTotalMemory(test.total, test.limit); (err == nil) != test.ok {
			t.Errorf("%d of %d: %v", test.total, test.limit, err)
		}
	}
	for total := int64(2048); total < 2200; total++ {
		limit := config.ContainerFor(total * mib)
		if config.CheckTotalMemory(total*mib, limit) != nil || config.CheckTotalMemory(total*mib, limit-mib) == nil {
			t.Errorf("%d MiB is not the least for %d", limit/mib, total)
		}
	}
}
