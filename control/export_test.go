package control

// DialAs is Dial by a client of another protocol.
var DialAs = dial
