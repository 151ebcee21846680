package plan

import (
	"flag"
	"testing"
)

// defaultChecks is how many inputs each property draws where -rapid.checks does
// not say: some seconds for the whole package.
const defaultChecks = "1000"

func TestMain(m *testing.M) {
	flag.Parse()
	asked := false
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "rapid.checks" })
	if !asked {
		if err := flag.Set("rapid.checks", defaultChecks); err != nil {
			panic(err)
		}
	}
	m.Run()
}
