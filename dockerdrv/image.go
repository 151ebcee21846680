package dockerdrv

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/jsonstream"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/client"

	"rondb-tui/engine"
)

// StubImage is the name that asks for containers with stand-ins instead of RonDB.
const StubImage = "stub"

// AgentSource gives the agent's program for an architecture in Go's words
// ("amd64", "arm64"): a static Linux binary.
type AgentSource func(ctx context.Context, arch string) ([]byte, error)

// image is what the containers of a cluster are made of.
type image struct {
	ref    string // what the daemon knows it by
	stub   bool
	hash   string // of the agent's program
	volume string // that holds the agent's program; "" where the image does
}

// findImage finds the image of a cluster, or makes it where it is the stub. It
// fails with KindNotFound where it is not on this machine: pulling is for the
// caller to decide.
func findImage(ctx context.Context, api API, ref string, agent AgentSource) (image, []byte, error) {
	const op = "find the image"
	if ref == StubImage {
		return findStub(ctx, api, agent)
	}
	found, err := api.ImageInspect(ctx, ref)
	if err != nil {
		if errdefs.IsNotFound(err) {
			return image{}, nil, engine.Errorf(engine.KindNotFound, op, 0, "the image %s is not on this machine; pull it first", ref)
		}
		return image{}, nil, failed(op, 0, err)
	}
	if found.Os != "linux" {
		return image{}, nil, engine.Errorf(engine.KindUnsupported, op, 0, "%s is an image for %s, not for Linux", ref, found.Os)
	}
	program, err := agent(ctx, found.Architecture)
	if err != nil {
		return image{}, nil, failed("get the agent's program", 0, err)
	}
	return image{ref: ref, hash: contentHash(program)}, program, nil
}

// findStub loads the stub image unless the daemon has this very one.
func findStub(ctx context.Context, api API, agent AgentSource) (image, []byte, error) {
	const op = "make the stub image"
	version, err := api.ServerVersion(ctx, client.ServerVersionOptions{})
	if err != nil {
		return image{}, nil, failed(op, 0, err)
	}
	program, err := agent(ctx, version.Arch)
	if err != nil {
		return image{}, nil, failed("get the agent's program", 0, err)
	}
	img := image{stub: true, hash: contentHash(program)}
	img.ref = stubTag(img.hash)
	found, err := api.ImageInspect(ctx, img.ref)
	switch {
	case err == nil && found.Config != nil && found.Config.Labels[LabelContent] == img.hash:
		return img, program, nil
	case err == nil:
		return image{}, nil, engine.Errorf(engine.KindConflict, op, 0, "the image %s is not ours; remove or retag it", img.ref)
	case !errdefs.IsNotFound(err):
		return image{}, nil, failed(op, 0, err)
	}
	text, err := stubImage(program, version.Arch)
	if err != nil {
		return image{}, nil, engine.Errorf(engine.KindInternal, op, 0, "%w", err)
	}
	loaded, err := api.ImageLoad(ctx, bytes.NewReader(text), client.ImageLoadWithQuiet(true))
	if err != nil {
		return image{}, nil, failed(op, 0, err)
	}
	defer func() { _ = loaded.Close() }()
	return img, program, failed(op, 0, streamed(loaded))
}

// streamed reads the reply of a call that tells its failure inside, to its end.
func streamed(body io.Reader) error {
	for decoder := json.NewDecoder(body); ; {
		var m jsonstream.Message
		if err := decoder.Decode(&m); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if m.Error != nil {
			return m.Error
		}
	}
}

// RemoveStub removes the stub image of an agent's program, if no container uses
// it. Clusters share it, so it stays when one of them goes.
func RemoveStub(ctx context.Context, api API, agent []byte) error {
	const op = "remove the stub image"
	hash := contentHash(agent)
	found, err := api.ImageInspect(ctx, stubTag(hash))
	if errdefs.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return failed(op, 0, err)
	}
	if found.Config == nil || found.Config.Labels[LabelContent] != hash {
		return engine.Errorf(engine.KindDenied, op, 0, "the image %s is not ours", stubTag(hash))
	}
	_, err = api.ImageRemove(ctx, found.ID, client.ImageRemoveOptions{})
	return failed(op, 0, err)
}

// bringAgent puts the agent's program into a volume of the cluster, for images
// that do not have it. A container that is never started is the way in.
func bringAgent(ctx context.Context, api API, id identity, img image, program []byte) (image, error) {
	const op = "bring the agent's program"
	if img.stub {
		return img, nil
	}
	img.volume = id.project() + "-agent-" + id.token() + "-" + img.hash[:8]
	labels := id.labels(RoleAgent)
	labels[LabelContent] = img.hash
	if err := makeVolume(ctx, api, id, img.volume, labels); err != nil {
		return img, err
	}
	name := id.project() + "-agent"
	// What an interrupted run left may be for another volume.
	if left, err := ownContainer(ctx, api, id, name); err != nil {
		return img, err
	} else if left != "" {
		if err := removeContainer(ctx, api, id, left); err != nil {
			return img, err
		}
	}
	made, err := api.ContainerCreate(ctx, client.ContainerCreateOptions{
		Name:   name,
		Config: &container.Config{Image: img.ref, Entrypoint: []string{"/never-started"}, Labels: id.labels(RoleAgent)},
		HostConfig: &container.HostConfig{
			NetworkMode: "none", RestartPolicy: container.RestartPolicy{Name: container.RestartPolicyDisabled},
			Mounts: []mount.Mount{agentMount(img, false)},
		},
	})
	if err != nil {
		return img, failed(op, 0, err)
	}
	content, err := tarOf(file{agentName, program, 0o755})
	if err == nil {
		_, err = api.CopyToContainer(ctx, made.ID, client.CopyToContainerOptions{DestinationPath: agentDir, Content: bytes.NewReader(content)})
	}
	return img, errors.Join(failed(op, 0, err), removeContainer(ctx, api, id, made.ID))
}

func agentMount(img image, readOnly bool) mount.Mount {
	return mount.Mount{
		Type: mount.TypeVolume, Source: img.volume, Target: agentDir, ReadOnly: readOnly,
		VolumeOptions: &mount.VolumeOptions{NoCopy: true},
	}
}
