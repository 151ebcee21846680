package sqlfront

import (
	"encoding/binary"
	"net"
	"sync"

	"github.com/dolthub/vitess/go/mysql"
)

// maxConnections bounds the clients of one MySQL server; MySQL's own default is
// 151.
const maxConnections = 512

const tooMany = "Too many connections"

// listener accepts connections and remembers them, so that all can be cut at
// once and waited for. A connection is remembered from its Accept until forget.
type listener struct {
	*net.TCPListener

	mu      sync.Mutex
	conns   map[*conn]struct{}
	cutting bool
	empty   chan struct{} // closed once cut and without connections
}

// conn is an accepted connection. Its type also keeps the library from polling
// /proc for a dead socket, which it does for a bare *net.TCPConn.
type conn struct {
	*net.TCPConn
	session *session // of the connection's goroutine; nil before its first command
}

func listen(address string) (*listener, error) {
	parsed, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil, err
	}
	l, err := net.ListenTCP("tcp", parsed)
	if err != nil {
		return nil, err
	}
	return &listener{TCPListener: l, conns: map[*conn]struct{}{}, empty: make(chan struct{})}, nil
}

// Accept waits for a client. One too many is told so, as MySQL does, instead of
// being left with a closed socket.
func (l *listener) Accept() (net.Conn, error) {
	for {
		accepted, err := l.AcceptTCP()
		if err != nil {
			return nil, err
		}
		c := &conn{TCPConn: accepted}
		admitted, cutting := l.remember(c)
		if admitted {
			return c, nil
		}
		if !cutting {
			_, _ = c.Write(tooManyConnections()) // the client may be gone already
		}
		_ = c.Close()
	}
}

func (l *listener) remember(c *conn) (admitted, cutting bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cutting || len(l.conns) >= maxConnections {
		return false, l.cutting
	}
	l.conns[c] = struct{}{}
	return true, false
}

// forget is called when a connection's goroutine is done with it.
func (l *listener) forget(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, c)
	l.tellIfEmpty()
}

// cut closes the port and every connection without the courtesies of an orderly
// end: clients see a reset, as after the death of a process.
func (l *listener) cut() {
	_ = l.TCPListener.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cutting = true
	for c := range l.conns {
		_ = c.SetLinger(0)
		_ = c.Close()
	}
	l.tellIfEmpty()
}

func (l *listener) tellIfEmpty() {
	if !l.cutting || len(l.conns) > 0 {
		return
	}
	select {
	case <-l.empty:
	default:
		close(l.empty)
	}
}

// tooManyConnections is the packet with error 1040. It comes before the
// handshake, where MySQL leaves the SQL state out.
func tooManyConnections() []byte {
	const errorHeader = 0xff
	packet := []byte{byte(3 + len(tooMany)), 0, 0, 0, errorHeader}
	packet = binary.LittleEndian.AppendUint16(packet, mysql.ERConCount)
	return append(packet, tooMany...)
}
