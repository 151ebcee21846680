package stub

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"strconv"
	"time"
)

func listen(ctx context.Context, o Options) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(o.Address, strconv.Itoa(o.MySQLPort)))
	if err != nil {
		return nil, fmt.Errorf("listen for clients: %w", err)
	}
	return listener, nil
}

// greet tells everyone who connects that there is no SQL here, until its context
// ends.
func greet(ctx context.Context, listener net.Listener, o Options) {
	stop := context.AfterFunc(ctx, func() { _ = listener.Close() })
	defer stop()
	packet := refusal("this is a stand-in of MySQL server " + strconv.Itoa(o.Node) + " (rondb-tui stub): it has no SQL")
	for {
		socket, err := listener.Accept()
		if err != nil {
			_ = listener.Close()
			return
		}
		_ = socket.SetWriteDeadline(time.Now().Add(writeTimeout))
		_, _ = socket.Write(packet) // whoever it was is told again next time
		_ = socket.Close()
	}
}

// refusal is the packet by which a MySQL server refuses a client before it said
// anything: no SQL state then.
func refusal(text string) []byte {
	const notSupported = 1235 // ER_NOT_SUPPORTED_YET
	body := []byte{0xff, notSupported & 0xff, notSupported >> 8}
	body = append(body, text...)
	head := binary.LittleEndian.AppendUint32(nil, uint32(len(body)&0xffffff)) // its length, and number 0
	return append(head, body...)
}
