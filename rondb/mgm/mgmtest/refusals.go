package mgmtest

import (
	"errors"
	"fmt"

	"rondb-tui/rondb/mgm"
)

// refusal is a no, in the server's words and with its code.
type refusal struct {
	code int
	text string
}

func (r *refusal) Error() string { return r.text }

const permanent = ": Permanent error: Application error"

func errNoContact() error {
	return &refusal{mgm.CodeNoContact, "No contact with the process (dead ?)." + permanent}
}

func errWrongType() error {
	return &refusal{mgm.CodeWrongType, "The process has wrong type. Expected a DB process." + permanent}
}

func errWouldCrash() error {
	return &refusal{mgm.CodeWouldCrash, "Node shutdown would cause system crash" + permanent}
}

func errMultiNode() error {
	return &refusal{mgm.CodeMultiNodeStop, "Unsupported multi node shutdown. Abort option required." + permanent}
}

func errStartStop() error {
	return &refusal{mgm.CodeStartStop, "Operation not allowed while nodes are starting or stopping." + permanent}
}

func errNotAPI() error {
	return &refusal{mgm.CodeNotAPINode, "The specified node is not an API node." + permanent}
}

func errNoDataNodes() error {
	return &refusal{mgm.CodeNoDataNodes, "No contact with database nodes" + permanent}
}

func errGroupNodes() error {
	return &refusal{mgm.CodeGroupNodes, "Invalid node(s) specified for new nodegroup, node already in nodegroup" + permanent}
}

func errBackup(code int, text string) error { return &refusal{code, text} }

// resultOf words the result of a request: Ok, or why not.
func resultOf(err error) string {
	if err == nil {
		return "Ok"
	}
	return err.Error()
}

// codedResultOf puts the code before the words, as some requests do.
func codedResultOf(err error) string {
	var refused *refusal
	if errors.As(err, &refused) {
		return fmt.Sprintf("%d-%s", refused.code, refused.text)
	}
	return resultOf(err)
}

// codeOf is a refusal's code, 0 for anything else.
func codeOf(err error) int {
	var refused *refusal
	if errors.As(err, &refused) {
		return refused.code
	}
	return 0
}
