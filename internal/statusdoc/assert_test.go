package statusdoc

import (
	"errors"
	"strings"
	"testing"

	"rondb-tui/engine"
)

func TestAssertionsThatHold(t *testing.T) {
	d := From(fullSnapshot())
	for _, expr := range []string{
		"workload.lost==0", "health==at_risk", "nodes.5.status==started", "nodes.2.status != started",
		" workload.p99_ms <= 20 ", "workload.p99_ms<20.5", "workload.p99_ms>=20", "workload.max_ms>20", "workload.acked!=0",
		"workload.p50_ms==1.234", "simulated==true", "nodes.5.last_copy!=false", "revision==3", "schema==1",
		"node_groups.1.may_lose==0", "node_groups.0.nodes==1,2", "versions==24.10.0,24.10.1", "sql_endpoints==127.0.0.1:15001",
		"nodes.5.error==null", "nodes.2.error!=null", "nodes.4.start_phase==5", "plan.done<9", "nodes.68.status==absent",
	} {
		if err := Assert(d, expr); err != nil {
			t.Errorf("%s: %v", expr, err)
		}
	}
}

func TestAssertionsThatFail(t *testing.T) {
	d := From(fullSnapshot())
	tests := []struct{ expr, field, op, wanted, found string }{
		{"workload.lost>0", "workload.lost", ">", "0", "0"},
		{"workload.lost != 0", "workload.lost", "!=", "0", "0"},
		{"health==healthy", "health", "==", "healthy", "at_risk"},
		{"workload.p99_ms<20", "workload.p99_ms", "<", "20", "20"},
		{"nodes.2.status==started", "nodes.2.status", "==", "started", "dead"},
		{"simulated==false", "simulated", "==", "false", "true"},
		{"versions==24.10.0", "versions", "==", "24.10.0", "24.10.0,24.10.1"},
		{"nodes.5.start_phase!=5", "nodes.5.start_phase", "!=", "5", "null"}, // what is not known proves nothing
		{"nodes.5.start_phase<5", "nodes.5.start_phase", "<", "5", "null"},
		{"nodes.5.error!=boom", "nodes.5.error", "!=", "boom", "null"},
		{"nodes.5.error!=null", "nodes.5.error", "!=", "null", "null"},
	}
	for _, test := range tests {
		err := Assert(d, test.expr)
		var failed *AssertError
		if !errors.As(err, &failed) || engine.KindOf(err) != engine.KindDenied {
			t.Errorf("%s gives %v, want an AssertError that is denied", test.expr, err)
			continue
		}
		if *failed != (AssertError{Field: test.field, Op: test.op, Wanted: test.wanted, Found: test.found}) {
			t.Errorf("%s gives %+v", test.expr, *failed)
		}
		for _, word := range []string{test.field, test.op + " " + test.wanted, "found " + test.found} {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%s: %q does not say %q", test.expr, err, word)
			}
		}
	}
}

func TestAssertionsThatMakeNoSense(t *testing.T) {
	d := From(fullSnapshot())
	tests := []struct {
		expr, want string
		kind       engine.ErrorKind
	}{
		{"workload.losst==0", `do you mean "lost"?`, engine.KindInvalid},
		{"heath==healthy", `do you mean "health"?`, engine.KindInvalid},
		{"zebra==1", "there are schema, cluster", engine.KindInvalid},
		{"nodes.5.statu==started", "in nodes.5, do you mean", engine.KindInvalid},
		{"nodes.99.statu==started", "do you mean", engine.KindInvalid}, // a slip shows before the node is missed
		{"nodes.99.status==started", "nodes has no 99", engine.KindNotFound},
		{"node_groups.7.may_lose==1", "node_groups has no 7", engine.KindNotFound},
		{"nodes.five.status==started", "no id", engine.KindInvalid},
		{"nodes==5", "is a list", engine.KindInvalid},
		{"nodes.5==started", "is an object", engine.KindInvalid},
		{"workload==0", "is an object", engine.KindInvalid},
		{"health.word==healthy", "is a value", engine.KindInvalid},
		{"versions.0==24", "is a value", engine.KindInvalid},
		{"workload.lost", "no operator", engine.KindInvalid},
		{"workload.lost=0", "no operator", engine.KindInvalid},
		{"workload.lost===0", "no operator", engine.KindInvalid},
		{"workload.lost!0", "no operator", engine.KindInvalid},
		{"==0", "needs a field", engine.KindInvalid},
		{"workload.lost==", "needs a field", engine.KindInvalid},
		{"workload.lost==none", "is a number", engine.KindInvalid},
		{"workload.lost!=NaN", "is a number", engine.KindInvalid},
		{"workload.lost<null", "cannot be compared with null", engine.KindInvalid},
		{"health<healthy", "== or !=", engine.KindInvalid},
		{"simulated>true", "== or !=", engine.KindInvalid},
		{"simulated==yes", "true or false", engine.KindInvalid},
		{strings.Repeat("x", 2000), "at most", engine.KindInvalid},
	}
	for _, test := range tests {
		err := Assert(d, test.expr)
		var failed *AssertError
		if err == nil || engine.KindOf(err) != test.kind || !strings.Contains(err.Error(), test.want) || errors.As(err, &failed) {
			t.Errorf("%.40s gives %v, want %q and %s", test.expr, err, test.want, test.kind)
		}
	}
}
