package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"rondb-tui/engine"
	"rondb-tui/host"
	"rondb-tui/host/launch"
	"rondb-tui/host/owner"
	"rondb-tui/host/paths"
)

const (
	// startLimit bounds the start of an engine's process until it serves.
	startLimit = 20 * time.Second
	// politeEnd is how long an engine may take to end when it is asked to.
	politeEnd = 5 * time.Second
)

// whoOwns looks whether the cluster has an engine already. If so, it is ended
// where --take-over asks for that; else a person is offered to attach or watch,
// and a script gets exit code 6. It says true if nothing is left to do for `up`.
func (p *program) whoOwns(ctx context.Context, place paths.Cluster, flags *upFlags) (done bool, err error) {
	o, held, err := owner.Look(place.Lock)
	if err != nil || !held {
		return false, err
	}
	if flags.takeOver {
		p.say("ending the engine of cluster %q (%s)", place.Name, ownerWords(o))
		ctx, cancel := context.WithTimeout(ctx, startLimit)
		defer cancel()
		return false, owner.End(ctx, place.Lock, o, politeEnd)
	}
	owned := ownedBy(place.Name, o)
	if !p.interactive() || flags.detach || flags.noTUI || o.State() == owner.Stopped {
		return true, owned
	}
	p.say("%v", owned)
	_, _ = fmt.Fprint(p.stderr, "attach (a), watch (w), or nothing (enter)? ")
	answer, _ := bufio.NewReader(p.stdin).ReadString('\n') // without an answer: nothing
	switch strings.TrimSpace(strings.ToLower(answer)) {
	case "a", "attach":
		return true, p.attach(ctx, string(place.Name), false)
	case "w", "watch":
		return true, p.attach(ctx, string(place.Name), true)
	}
	return true, withCode(exitOwned, nil)
}

// ownedBy says who owns a cluster, and what can be done.
func ownedBy(name engine.ClusterName, o owner.Owner) error {
	if o.State() == owner.Stopped {
		return unreachable(name, o, nil)
	}
	return withCode(exitOwned, fmt.Errorf("cluster %q is up already: its engine is %s; "+
		"`rondb-tui attach %s` opens the console on it, `rondb-tui watch %s` only looks", name, ownerWords(o), name, name))
}

// startEngine starts the engine's process and waits until it serves.
func (p *program) startEngine(ctx context.Context, r *upRequest) (host.Ready, error) {
	const op = "start engine"
	if err := r.place.Make(); err != nil {
		return host.Ready{}, err
	}
	input, err := json.Marshal(r.launch)
	if err != nil {
		return host.Ready{}, engine.Errorf(engine.KindInternal, op, 0, "%w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return host.Ready{}, engine.Errorf(engine.KindTerminal, op, 0, "%w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	reply, err := launch.Start(ctx, launch.Command{
		Path: self, Name: programName, Args: []string{engineCommand, string(r.place.Name), "--state", r.place.Dir},
		Env: os.Environ(), Input: input, Log: r.place.Log, Dir: r.place.Dir,
	})
	if err != nil {
		return host.Ready{}, notOpened(r.place.Name, err)
	}
	var ready host.Ready
	if err := json.Unmarshal(reply.Ready, &ready); err != nil {
		return host.Ready{}, engine.Errorf(engine.KindInternal, op, 0, "%w", err)
	}
	p.sayStart(r, ready)
	return ready, nil
}

// sayStart says what runs the cluster and why, and what became of an earlier one.
func (p *program) sayStart(r *upRequest, ready host.Ready) {
	why := "asked for with --driver sim"
	if r.flags.driver == "auto" {
		why = "this version has no other driver; containers come with the Docker driver"
	}
	p.say("cluster %q is SIMULATED in process %d, seed %d (%s)", r.place.Name, ready.PID, ready.Seed, why)
	if ready.Gone {
		p.say("the simulated cluster of the earlier engine is gone; it starts afresh with revision %d of the desired state", ready.Revision)
	}
	if ready.Notice != "" {
		p.say("notice: %s", ready.Notice)
	}
	p.sayNotices(r.notices)
}

// upDetached starts the engine and returns; with --wait once the cluster is up.
func (p *program) upDetached(ctx context.Context, r *upRequest) error {
	if _, err := p.startEngine(ctx, r); err != nil {
		return err
	}
	if r.waits {
		ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
		defer stop()
		client, err := p.connectTo(ctx, r.place)
		if err != nil {
			return err
		}
		defer closing(client)
		err = p.until(ctx, client, r.flags.timeout, r.flags.reached())
		if errors.Is(err, context.Canceled) {
			return withCode(exitInterrupted, fmt.Errorf("interrupted; cluster %q keeps running", r.place.Name))
		}
		if err != nil {
			return err
		}
	}
	p.print("%s", r.place.Name)
	p.say("`rondb-tui attach %s` opens the console, `rondb-tui down %s` ends it", r.place.Name, r.place.Name)
	return nil
}

// upConsole starts the engine and opens the console on it.
func (p *program) upConsole(ctx context.Context, r *upRequest) error {
	if _, err := p.startEngine(ctx, r); err != nil {
		return err
	}
	return p.attach(ctx, string(r.place.Name), false)
}
