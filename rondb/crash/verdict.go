package crash

import (
	"fmt"
	"strings"
)

// Exit is how a container's first process, or a data node's, ended.
type Exit struct {
	Code      int  // 128 + n if signal n ended it
	OOMKilled bool // the kernel killed it for lack of memory
}

// Verdict is what is known about why a data node ended and what that means for
// starting it again.
type Verdict struct {
	Class  Class
	Advice Advice
	Cause  string // one clause: "lost the arbitration (error 2305)"
	Action string // a sentence for a person, "" where there is nothing to do
}

func (v Verdict) String() string {
	text := v.Cause + "; " + v.Advice.String()
	if v.Action != "" {
		text += ". " + v.Action
	}
	return text
}

// Verdict is what the record means. The Status line decides, because it is what
// the node itself says of its own version's code.
func (r *Record) Verdict() Verdict {
	code, known := Lookup(r.Code)
	v := Verdict{Class: code.Class, Cause: code.Meaning, Action: code.Action}
	if !known {
		v.Cause = r.Message
		if v.Cause == "" {
			v.Cause = "ended for a reason that its error log does not say"
		}
	}
	if r.Code != 0 {
		v.Cause += fmt.Sprintf(" (error %d)", r.Code)
	}
	v.Advice = v.Class.advice()
	switch status := r.Status; {
	case strings.Contains(r.Message, "--initial"):
		v.Class, v.Advice = ClassFileSystem, AdviceRetryInitial
	case strings.HasPrefix(status, "Temporary error"):
		v.Advice = AdviceRetry
		if v.Class != ClassTemporary {
			v.Class = ClassTemporary
		}
	case strings.HasPrefix(status, "Ndbd file system error"):
		v.Class, v.Advice = ClassFileSystem, AdviceRetryInitial
	case strings.HasPrefix(status, "Permanent error"):
		v.Advice = AdviceNever
		if v.Class != ClassConfiguration {
			v.Class = ClassExternal
		}
	}
	return v
}

// Explain says why a process ended, from its exit and from the record that its
// error log gained since it was started; nil if there is none. A data node that
// crashes ends with 0 like one that was stopped, so the record comes first.
func Explain(exit Exit, record *Record) Verdict {
	switch {
	case exit.OOMKilled:
		return Verdict{ClassConfiguration, AdviceRetry, "killed by the kernel: out of memory",
			"Raise the container's memory limit, or lower TotalMemoryConfig or DataMemory."}
	case record != nil:
		return record.Verdict()
	}
	retry := func(cause, action string) Verdict { return Verdict{ClassTemporary, AdviceRetry, cause, action} }
	switch exit.Code {
	case 0:
		return retry("ended without a record in its error log: stopped in order, or it lost its data directory", "")
	case 1:
		return retry("refused before its start, mostly because its node id is still allocated (exit code 1)",
			"Purge stale sessions at the management server, or wait half a minute.")
	case 2:
		return retry("ended in order to be restarted (exit code 2)", "")
	case 3, 4: // of a process in the foreground
		return Verdict{ClassTemporary, AdviceRetryInitial,
			fmt.Sprintf("ended in order to be restarted with --initial (exit code %d)", exit.Code), ""}
	case 126, 127:
		return Verdict{ClassExternal, AdviceNever, fmt.Sprintf("its program cannot be run (exit code %d)", exit.Code),
			"Choose an image that has it, for this machine's architecture."}
	}
	if name := signalName(exit.Code - 128); name != "" {
		return retry("ended by "+name, "")
	}
	return Verdict{ClassUnknown, AdviceRetry, fmt.Sprintf("ended with exit code %d", exit.Code), ""}
}

// signalName names the signals that end data nodes; the numbers are Linux's,
// whatever machine reads them.
func signalName(number int) string {
	switch number {
	case 2:
		return "SIGINT"
	case 4:
		return "SIGILL"
	case 6:
		return "SIGABRT"
	case 7:
		return "SIGBUS"
	case 9:
		return "SIGKILL"
	case 11:
		return "SIGSEGV"
	case 15:
		return "SIGTERM"
	default:
		return ""
	}
}
