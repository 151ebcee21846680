package netcut

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

const tableName = "rondb-tui-cut"

// ownedTable is NFT_TABLE_F_OWNER: the table goes with the socket that made it.
const ownedTable = 0x2

// cut drops what comes from a network and what goes there, except from and to
// ourselves.
func cut(network netip.Prefix) (restore func(), err error) {
	if !network.Addr().Is4() {
		return nil, fmt.Errorf("%s is not a network of IPv4", network)
	}
	// One socket for everything: it owns the table.
	var raw *netlink.Conn
	conn, err := nftables.New(nftables.AsLasting(), nftables.WithSockOptions(func(c *netlink.Conn) error {
		raw = c
		return nil
	}))
	if err != nil {
		return nil, fmt.Errorf("speak to nftables: %w", err)
	}
	restore = func() { _ = conn.CloseLasting() }
	if err := makeTable(raw); err != nil {
		restore()
		return nil, err
	}
	table := &nftables.Table{Name: tableName, Family: nftables.TableFamilyIPv4}
	for _, way := range []struct {
		name   string
		hook   *nftables.ChainHook
		device expr.MetaKey
		offset uint32 // of the address in the IP header
	}{
		{"in", nftables.ChainHookInput, expr.MetaKeyIIFNAME, 12},
		{"out", nftables.ChainHookOutput, expr.MetaKeyOIFNAME, 16},
	} {
		chain := conn.AddChain(&nftables.Chain{
			Name: way.name, Table: table, Type: nftables.ChainTypeFilter, Hooknum: way.hook, Priority: nftables.ChainPriorityFilter,
		})
		conn.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: dropRule(network, way.device, way.offset)})
	}
	if err := conn.Flush(); err != nil {
		restore()
		return nil, unsupported(err)
	}
	return restore, nil
}

// dropRule drops packets not of the loopback device with an address of a network.
func dropRule(network netip.Prefix, device expr.MetaKey, offset uint32) []expr.Any {
	loopback := make([]byte, unix.IFNAMSIZ)
	copy(loopback, "lo")
	mask := make([]byte, 4)
	binary.BigEndian.PutUint32(mask, ^uint32(0)<<(32-network.Bits()))
	address := network.Masked().Addr().As4()
	return []expr.Any{
		&expr.Meta{Key: device, Register: 1},
		&expr.Cmp{Op: expr.CmpOpNeq, Register: 1, Data: loopback},
		&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: offset, Len: 4},
		&expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: 4, Mask: mask, Xor: make([]byte, 4)},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: address[:]},
		&expr.Verdict{Kind: expr.VerdictDrop},
	}
}

// makeTable makes the table with its owner flag, which the library leaves out.
func makeTable(conn *netlink.Conn) error {
	attributes, err := netlink.MarshalAttributes([]netlink.Attribute{
		{Type: unix.NFTA_TABLE_NAME, Data: append([]byte(tableName), 0)},
		{Type: unix.NFTA_TABLE_FLAGS, Data: binary.BigEndian.AppendUint32(nil, ownedTable)},
	})
	if err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	header := func(family byte, resource uint16) []byte {
		return binary.BigEndian.AppendUint16([]byte{family, unix.NFNETLINK_V0}, resource)
	}
	messages := []netlink.Message{
		{
			Header: netlink.Header{Type: unix.NFNL_MSG_BATCH_BEGIN, Flags: netlink.Request},
			Data:   header(unix.AF_UNSPEC, unix.NFNL_SUBSYS_NFTABLES),
		},
		{
			Header: netlink.Header{
				Type:  netlink.HeaderType(unix.NFNL_SUBSYS_NFTABLES<<8 | unix.NFT_MSG_NEWTABLE),
				Flags: netlink.Request | netlink.Acknowledge | netlink.Create | netlink.Excl,
			},
			Data: append(header(unix.NFPROTO_IPV4, 0), attributes...),
		},
		{
			Header: netlink.Header{Type: unix.NFNL_MSG_BATCH_END, Flags: netlink.Request},
			Data:   header(unix.AF_UNSPEC, unix.NFNL_SUBSYS_NFTABLES),
		},
	}
	if _, err := conn.SendMessages(messages); err != nil {
		return unsupported(err)
	}
	if _, err := conn.Receive(); err != nil {
		return unsupported(err)
	}
	return nil
}

// unsupported tells apart a kernel without nftables, or without owners of tables.
func unsupported(err error) error {
	for _, code := range []error{unix.EOPNOTSUPP, unix.EINVAL, unix.ENOENT, unix.EPROTONOSUPPORT} {
		if errors.Is(err, code) {
			return fmt.Errorf("%w: %w", ErrUnsupported, err)
		}
	}
	return fmt.Errorf("cut the network: %w", err)
}
