// Package agentproto holds the gRPC contracts between our processes and the code
// generated from them: control.proto is how consoles and commands reach the
// engine of a cluster. It holds no behaviour; package control is the client and
// package host/serve the server.
//
// The generated code is committed. After a change of a .proto file, from the root:
//
//	(cd internal/protogen && go run . ../../agentproto)
package agentproto
