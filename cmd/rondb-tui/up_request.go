package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/spf13/cobra"

	"rondb-tui/engine"
	"rondb-tui/engine/loop"
	"rondb-tui/engine/spec"
	"rondb-tui/engine/validate"
	"rondb-tui/host"
)

// read works out what the engine is to be started with: what the cluster was
// last, changed by the file and the flags. It changes nothing on disk.
func (r *upRequest) read(cmd *cobra.Command) error {
	recorded, err := recordedSpec(r.place.Journal)
	if err != nil {
		return err
	}
	last, found, err := host.ReadLaunch(r.place.Launch)
	if err != nil {
		return err
	}
	r.launch = r.flags.launch(r.place.Name)
	if found {
		r.launch = r.flags.over(cmd, last)
	}
	return r.desired(cmd, recorded)
}

// recordedSpec is the desired state that an earlier engine recorded, nil if none.
func recordedSpec(journal string) (*engine.Spec, error) {
	recovered, err := loop.ReadJournal(journal)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w (%s)", err, mend(err))
	}
	return recovered.State.Spec, nil
}

// launch is what the flags and their defaults say.
func (f *upFlags) launch(name engine.ClusterName) host.Launch {
	return host.Launch{
		Cluster: name, Driver: host.DriverSim, Seed: f.seed, Speed: f.speed,
		Workload: f.workload, Rate: f.rate, Clients: f.clients,
	}
}

// over lays the flags that were given over what the cluster was started with.
func (f *upFlags) over(cmd *cobra.Command, last host.Launch) host.Launch {
	set := cmd.Flags().Changed
	if set("seed") {
		last.Seed = f.seed
	}
	if set("speed") {
		last.Speed = f.speed
	}
	if set("workload") {
		last.Workload = f.workload
	}
	if set("rate") {
		last.Rate = f.rate
	}
	if set("clients") {
		last.Clients = f.clients
	}
	return last
}

// desired reads the desired state and lays the flags over it: over the file, else
// what is recorded, else the default.
func (r *upRequest) desired(cmd *cobra.Command, recorded *engine.Spec) error {
	f := r.flags
	wanted, source := engine.DefaultSpec(), spec.Source{}
	if recorded != nil {
		wanted = recorded.Clone()
	}
	changed, from := recorded == nil, "up"
	if f.file != "" {
		var err error
		if wanted, source, err = spec.ReadFile(f.file); err != nil {
			return err
		}
		changed, from = true, f.file
	}
	for _, count := range []struct {
		flag   string
		value  int
		target *int
	}{
		{"groups", f.groups, &wanted.NumNodeGroups},
		{"replicas", f.replicas, &wanted.ActiveReplicationFactor},
		{"mysqlds", f.mysqlds, &wanted.NumManagedMysqldVms},
		{"mgmds", f.mgmds, &wanted.NumManagedMgmdVms},
		{"apis", f.apis, &wanted.NumManagedApiVms},
	} {
		if cmd.Flags().Changed(count.flag) {
			*count.target, changed = count.value, true
		}
	}
	if err := source.Refuse(validate.Spec(wanted)); err != nil {
		return err
	}
	r.spec, r.notices = wanted, validate.Notices(nil, wanted)
	if changed {
		r.launch.Spec, r.launch.Source = &wanted, from
	}
	return nil
}

// sayNotices prints what the desired state asks for and nobody acts on yet.
func (p *program) sayNotices(notices []engine.Notice) {
	for n := range slices.Values(notices) {
		p.say("notice: %s", n)
	}
}
