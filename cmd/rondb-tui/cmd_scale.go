package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"rondb-tui/chaos"
	"rondb-tui/engine"
)

// scaling is one count that is to change.
type scaling struct {
	target   engine.ScaleTarget
	relative bool
	value    int
}

func newScale(p *program) *cobra.Command {
	var flags changeFlags
	cmd := &cobra.Command{
		Use:   "scale [NAME] COUNT=N [COUNT=N ...]",
		Short: "Change how many nodes there are",
		Long: "Change one or several counts of the desired state at once: " + strings.Join(scaleWords(), ", ") + ".\n" +
			"N is a number, or a change such as +1 or -1. The fields that change are printed, how many\n" +
			"steps that takes, and the new revision.",
		Example: "  rondb-tui scale demo replicas=3 mysqlds=+1 --wait\n" +
			"  rondb-tui scale groups=2 --dry-run",
		Args: usageArgs(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, scalings, err := parseScale(args)
			if err != nil {
				return withCode(exitUsage, err)
			}
			ask := func(present engine.Spec) (engine.Intent, error) {
				return engine.SetSpec{Spec: scaled(present, scalings), Source: "scale"}, nil
			}
			return p.change(cmd.Context(), name, changeRequest{ask: ask}, flags)
		},
	}
	flags.add(cmd)
	return cmd
}

func scaleWords() []string {
	return []string{
		string(engine.ScaleReplicas), string(engine.ScaleGroups), string(engine.ScaleMySQL),
		string(engine.ScaleManagement), string(engine.ScaleAPI),
	}
}

// parseScale reads the arguments: perhaps a name, then at least one count.
func parseScale(args []string) (name string, scalings []scaling, err error) {
	if !strings.Contains(args[0], "=") {
		name, args = args[0], args[1:]
	}
	if len(args) == 0 {
		return "", nil, fmt.Errorf("nothing to scale is named; use COUNT=N with %s", alternatives(scaleWords()))
	}
	for _, arg := range args {
		one, err := parseScaling(arg)
		if err != nil {
			return "", nil, err
		}
		if slices.ContainsFunc(scalings, func(s scaling) bool { return s.target == one.target }) {
			return "", nil, fmt.Errorf("%s is named twice", one.target)
		}
		scalings = append(scalings, one)
	}
	return name, scalings, nil
}

func parseScaling(arg string) (scaling, error) {
	word, number, found := strings.Cut(arg, "=")
	if !found {
		return scaling{}, fmt.Errorf("%q is no COUNT=N; use such as %s=3 or %s=+1", arg, engine.ScaleReplicas, engine.ScaleMySQL)
	}
	if !slices.Contains(scaleWords(), word) {
		hint := "use " + alternatives(scaleWords())
		if near, found := chaos.Nearest(scaleWords(), word); found {
			hint = "do you mean " + near + "?"
		}
		return scaling{}, fmt.Errorf("there is no %q to scale; %s", word, hint)
	}
	n, err := strconv.Atoi(number)
	if err != nil {
		return scaling{}, fmt.Errorf("%s=%q is no number; use a number, or a change such as +1 or -1", word, number)
	}
	return scaling{target: engine.ScaleTarget(word), relative: number[0] == '+' || number[0] == '-', value: n}, nil
}

// scaled gives the desired state with the counts changed. It does not judge it.
func scaled(present engine.Spec, scalings []scaling) engine.Spec {
	next := present.Clone()
	for _, one := range scalings {
		delta := one.value
		if !one.relative {
			delta -= next.Count(one.target)
		}
		next = next.Apply(engine.Scale{Target: one.target, Delta: delta})
	}
	return next
}
