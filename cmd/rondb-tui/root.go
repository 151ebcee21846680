package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"rondb-tui/internal/buildinfo"
	"rondb-tui/tui/present"
)

// run is the program without the process: arguments in, exit code out.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	out := &careful{to: stdout}
	if !onTerminal(stdout) {
		stdout = out
	}
	root := newRoot(&program{stdin: stdin, stdout: stdout, stderr: stderr}) //nolint:contextcheck // cobra hands the context to the command that runs
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil && out.failed != nil {
		err = fmt.Errorf("the result could not be written: %w", out.failed)
	}
	if err != nil {
		printError(stderr, err)
	}
	return exitCode(err)
}

// careful remembers that a result could not be written, so that a script which
// saves it on a full disk is told.
type careful struct {
	to     io.Writer
	failed error
}

func (c *careful) Write(text []byte) (int, error) {
	n, err := c.to.Write(text)
	if err != nil && c.failed == nil {
		c.failed = err
	}
	return n, err
}

func newRoot(p *program) *cobra.Command {
	root := &cobra.Command{
		Use:           "rondb-tui",
		Short:         "See, run and break a RonDB cluster from the terminal",
		Args:          knownCommand,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		SuggestionsMinimumDistance: 2,
	}
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return withCode(exitUsage, err) })
	root.AddGroup(
		&cobra.Group{ID: groupLife, Title: "life of a cluster"},
		&cobra.Group{ID: groupLook, Title: "look"},
		&cobra.Group{ID: groupChange, Title: "change"},
		&cobra.Group{ID: groupBreak, Title: "break"},
		&cobra.Group{ID: groupData, Title: "load and data"},
	)
	add(root, groupLife, newUp(p), newAttach(p), newWatch(p), newStop(p), newStart(p), newDown(p), newPs(p), newDoctor(p))
	add(root, groupLook, newStatus(p), newWait(p), newEvents(p), newLogs(p))
	add(root, groupChange, newPlan(p), newDiff(p), newApply(p), newScale(p), newUndo(p))
	add(root, groupBreak, newKill(p), newPause(p), newResume(p), newIsolate(p), newHeal(p))
	add(root, groupData, newWorkload(p), newAudit(p), newSQL(p), newDSN(p))
	root.AddCommand(newVersion(p), newEngine(p))
	return root
}

// Groups of commands in the help.
const (
	groupLife   = "life"
	groupLook   = "look"
	groupChange = "change"
	groupBreak  = "break"
	groupData   = "data"
)

func add(root *cobra.Command, group string, commands ...*cobra.Command) {
	for _, c := range commands {
		c.GroupID = group
		root.AddCommand(c)
	}
}

func newVersion(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of this program",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(p.stdout, buildinfo.Info())
			return err
		},
	}
}

// knownCommand refuses anything that is no command of ours and names the nearest.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := cmd.CommandPath() + " --help lists the commands"
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		hint = "did you mean " + strings.Join(near, " or ") + "?"
	}
	return withCode(exitUsage, fmt.Errorf("unknown command %q; %s", args[0], hint))
}

// usageArgs makes a wrong number of arguments a usage error.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return withCode(exitUsage, fmt.Errorf("%w; use: %s", err, cmd.UseLine()))
		}
		return nil
	}
}

// nameArg is the optional NAME of a command that takes nothing else.
func nameArg(args []string) string {
	if len(args) > 0 {
		return args[0]
	}
	return ""
}

// printError writes the plain message: it already says what, where and how to
// mend. What others put into it is cleaned of escape codes.
func printError(w io.Writer, err error) {
	text := err.Error()
	if text == "" {
		return
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = present.Clean(line)
	}
	_, _ = fmt.Fprintf(w, "rondb-tui: %s\n", strings.Join(lines, "\n"))
}
