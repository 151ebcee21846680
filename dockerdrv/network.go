package dockerdrv

import (
	"context"
	"hash/fnv"
	"net"
	"net/netip"
	"strings"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"

	"rondb-tui/engine"
)

// ownNetwork finds the cluster's network; "" if it has none.
func ownNetwork(ctx context.Context, api API, id identity) (netID string, prefix netip.Prefix, err error) {
	list, err := api.NetworkList(ctx, client.NetworkListOptions{Filters: id.mine()})
	if err != nil {
		return "", netip.Prefix{}, failed("look for the network", 0, err)
	}
	for _, n := range list.Items {
		if !id.ours(n.Labels) || len(n.IPAM.Config) == 0 {
			continue
		}
		return n.ID, n.IPAM.Config[0].Subnet, nil
	}
	return "", netip.Prefix{}, nil
}

// makeNetwork makes the cluster's network if there is none: the wished for one if
// it is valid, else one that nobody has.
func makeNetwork(ctx context.Context, api API, id identity, wish netip.Prefix) (netip.Prefix, error) {
	const op = "make the network"
	found, prefix, err := ownNetwork(ctx, api, id)
	if err != nil || found != "" {
		return prefix, err
	}
	seed := fnv.New64a()
	_, _ = seed.Write([]byte(id.uuid))
	for try := range networkTries {
		prefix := wish
		if !prefix.IsValid() {
			prefix = subnet(seed.Sum64(), try)
			if onThisMachine(prefix) {
				continue
			}
		}
		_, err := api.NetworkCreate(ctx, id.network(), client.NetworkCreateOptions{
			Driver: "bridge", Labels: id.labels(RoleNetwork),
			IPAM: &network.IPAM{Config: []network.IPAMConfig{{Subnet: prefix, Gateway: gateway(prefix)}}},
		})
		switch {
		case err == nil:
			return prefix, nil
		case wish.IsValid() || !strings.Contains(strings.ToLower(err.Error()), "overlap"):
			return netip.Prefix{}, failed(op, 0, err)
		}
	}
	return netip.Prefix{}, engine.Errorf(engine.KindTerminal, op, 0, "every network that was tried overlaps with another; remove some")
}

// onThisMachine says whether an interface of this machine is in a network: the
// daemon only looks at its own.
func onThisMachine(prefix netip.Prefix) bool {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	for _, a := range addresses {
		if p, err := netip.ParsePrefix(a.String()); err == nil && p.Masked().Overlaps(prefix) {
			return true
		}
	}
	return false
}
