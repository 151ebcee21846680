// Package paths says where the files of each cluster are: its state directory,
// the files in it, and its control socket.
//
// The state is below XDG_STATE_HOME. The socket is below XDG_RUNTIME_DIR or,
// where that is not set, is not there, or belongs to somebody else, in a
// directory of ours below the temporary one. Every directory that is used must
// be ours alone (mode 0700, no symbolic link); one that is not is refused with
// KindDenied and how to mend it, never repaired.
package paths
