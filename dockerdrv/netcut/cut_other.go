//go:build !linux

package netcut

import "net/netip"

func cut(netip.Prefix) (restore func(), err error) { return nil, ErrUnsupported }
