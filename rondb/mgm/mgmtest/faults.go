package mgmtest

import (
	"bytes"
	"strings"
	"time"
)

// Faults are what a server does wrong. The zero value does nothing wrong.
type Faults struct {
	Only  string // the command they are for; "" for all
	Times int    // how often; 0 for ever

	Delay   time.Duration // before the reply
	Silent  bool          // no reply
	HangUp  bool          // the connection is closed instead of a reply
	Half    bool          // half the reply, then the connection is closed
	Stall   bool          // half the reply, then nothing
	Garbage bool          // something else than the protocol
	Endless bool          // a line without an end
	Flood   bool          // lines without an end
	Chop    bool          // a byte at a time
	Twice   bool          // the reply comes twice
	CRLF    bool          // lines end as on Windows
	Extra   bool          // keys that nobody knows
	Result  string        // instead of "Ok"
	NoPing  bool          // streams give no sign of life
}

// SetFaults has every reply from now on go wrong that way.
func (s *Server) SetFaults(f Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = f
}

// fault is what goes wrong with a command.
func (s *Server) fault(command string) Faults {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.faults
	if f.Only != "" && f.Only != command {
		return Faults{}
	}
	if f.Times > 0 {
		if s.faults.Times--; s.faults.Times == 0 {
			s.faults = Faults{}
		}
	}
	return f
}

func (s *Server) pings() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.faults.NoPing
}

// spoil changes the bytes of a reply.
func (f Faults) spoil(reply []byte) []byte {
	if f.Result != "" {
		reply = bytes.Replace(reply, []byte("result: Ok\n"), []byte("result: "+f.Result+"\n"), 1)
	}
	if f.Extra {
		reply = bytes.Replace(reply, []byte("\n\n"), []byte("\nsomething_new: 1\nno colon here\n\n"), 1)
	}
	if f.Garbage {
		reply = []byte("HTTP/1.1 400 Bad Request\nContent-Type: text/plain\n\n")
	}
	if f.CRLF {
		reply = bytes.ReplaceAll(reply, []byte("\n"), []byte("\r\n"))
	}
	if f.Twice {
		reply = append(bytes.Clone(reply), reply...)
	}
	return reply
}

// send writes a reply with what goes wrong. It says whether the connection is of
// further use.
func (s *session) send(f Faults, reply []byte) bool {
	if f.Delay > 0 && !s.pause(f.Delay) {
		return false
	}
	reply = f.spoil(reply)
	switch {
	case f.HangUp:
		return false
	case f.Silent:
		return true
	case f.Half:
		s.write(reply[:len(reply)/2])
		return false
	case f.Stall:
		return s.write(reply[:len(reply)/2])
	case f.Endless:
		return s.writeForEver([]byte(strings.Repeat("x", 4096)))
	case f.Flood:
		return s.write(reply[:bytes.IndexByte(reply, '\n')+1]) && s.writeForEver([]byte(strings.Repeat("something: 1\n", 300)))
	case f.Chop:
		for i := range reply {
			if !s.write(reply[i : i+1]) {
				return false
			}
		}
		return true
	}
	return s.write(reply)
}

// writeForEver goes on until the other side hangs up.
func (s *session) writeForEver(b []byte) bool {
	for s.write(b) {
	}
	return false
}

// pause waits, unless the server ends.
func (s *session) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.ctx.Done():
		return false
	}
}
