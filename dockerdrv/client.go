package dockerdrv

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"

	"github.com/moby/moby/client"

	"rondb-tui/engine"
)

// MinAPIVersion is the oldest API that has all we use: Docker Engine 20.10.
const MinAPIVersion = "1.41"

// Environ is what decides which daemon is spoken to, as the docker program reads
// it; os.Getenv and os.UserHomeDir in the program.
type Environ struct {
	Getenv func(string) string
	Home   string // of the user
}

// SystemEnviron is the environment of this process.
func SystemEnviron() Environ {
	home, err := os.UserHomeDir()
	if err != nil {
		home = string(filepath.Separator)
	}
	return Environ{Getenv: os.Getenv, Home: home}
}

// Connect makes a client of the daemon that DOCKER_HOST, DOCKER_CONTEXT or the
// current Docker context names, and asks it for its version. Errors: KindNotFound
// where no daemon answers, KindDenied where we may not speak to it, KindUnsupported
// where it is too old, elsewhere, or named in a way we do not know, KindInvalid
// where the context cannot be read.
func Connect(ctx context.Context, env Environ) (*client.Client, error) {
	const op = "connect to Docker"
	options, where, err := daemon(env)
	if err != nil {
		return nil, err
	}
	c, err := client.New(append(options, client.WithUserAgent("rondb-tui"))...)
	if err != nil {
		return nil, engine.Errorf(engine.KindInvalid, op, 0, "%s: %w", where, err)
	}
	// The first request must be this one: negotiation inside another hides its error.
	if err := CheckDaemon(ctx, c); err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

// CheckDaemon asks a daemon for its version and says whether it will do.
func CheckDaemon(ctx context.Context, api API) error {
	const op = "connect to Docker"
	pong, err := api.Ping(ctx, client.PingOptions{NegotiateAPIVersion: true})
	if err != nil {
		return failed(op, 0, err)
	}
	if older(pong.APIVersion, MinAPIVersion) {
		return engine.Errorf(engine.KindUnsupported, op, 0,
			"the daemon speaks API %s, at least %s (Docker Engine 20.10) is needed", pong.APIVersion, MinAPIVersion)
	}
	if pong.OSType != "" && pong.OSType != "linux" {
		return engine.Errorf(engine.KindUnsupported, op, 0, "the daemon runs %s containers, Linux containers are needed", pong.OSType)
	}
	return nil
}

// older compares two API versions, "1.41"; one that cannot be read is older.
func older(have, want string) bool {
	var h, w [2]int
	if _, err := fmt.Sscanf(have, "%d.%d", &h[0], &h[1]); err != nil {
		return true
	}
	if _, err := fmt.Sscanf(want, "%d.%d", &w[0], &w[1]); err != nil {
		return false
	}
	return h[0] < w[0] || h[0] == w[0] && h[1] < w[1]
}

// daemon finds the daemon as the docker program does: DOCKER_HOST, else the
// context of DOCKER_CONTEXT, else the configured one, else the default socket.
func daemon(env Environ) (options []client.Opt, where string, err error) {
	const op = "find the Docker daemon"
	if host := env.Getenv("DOCKER_HOST"); host != "" {
		if err := checkHost(host); err != nil {
			return nil, "", err
		}
		options = []client.Opt{client.WithHost(host)}
		if keys := env.Getenv("DOCKER_CERT_PATH"); keys != "" {
			options = append(options, withKeys(keys))
		}
		return options, "DOCKER_HOST=" + host, nil
	}
	base := env.Getenv("DOCKER_CONFIG")
	if base == "" {
		base = filepath.Join(env.Home, ".docker")
	}
	name, err := contextName(env, base)
	if err != nil {
		return nil, "", err
	}
	if name == "" || name == "default" {
		return nil, "the default socket", nil
	}
	id := sha256.Sum256([]byte(name))
	folder := hex.EncodeToString(id[:])
	var meta struct {
		Endpoints map[string]struct {
			Host string
		}
	}
	if err := readJSON(filepath.Join(base, "contexts", "meta", folder, "meta.json"), &meta); err != nil {
		return nil, "", engine.Errorf(engine.KindInvalid, op, 0, "Docker context %q: %w", name, err)
	}
	host := meta.Endpoints["docker"].Host
	if err := checkHost(host); err != nil {
		return nil, "", err
	}
	options = []client.Opt{client.WithHost(host)}
	keys := filepath.Join(base, "contexts", "tls", folder, "docker")
	if _, err := os.Stat(filepath.Join(keys, "ca.pem")); err == nil {
		options = append(options, withKeys(keys))
	}
	return options, fmt.Sprintf("Docker context %q (%s)", name, host), nil
}

// withKeys has the client use the keys in a folder, by the names that docker gives
// them.
func withKeys(folder string) client.Opt {
	return client.WithTLSClientConfig(filepath.Join(folder, "ca.pem"), filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem"))
}

// contextName is "" where nobody chose one.
func contextName(env Environ, base string) (string, error) {
	if name := env.Getenv("DOCKER_CONTEXT"); name != "" {
		return name, nil
	}
	var config struct {
		CurrentContext string `json:"currentContext"`
	}
	err := readJSON(filepath.Join(base, "config.json"), &config)
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", engine.Errorf(engine.KindInvalid, "find the Docker daemon", 0, "%w", err)
	}
	return config.CurrentContext, nil
}

func readJSON(path string, into any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// checkHost refuses what the client would accept and fail with later: ssh, and
// daemons on other machines, whose containers' ports we could not reach because
// they are published on 127.0.0.1 there.
func checkHost(host string) error {
	const op = "find the Docker daemon"
	u, err := url.Parse(host)
	if err != nil || u.Scheme == "" {
		return engine.Errorf(engine.KindInvalid, op, 0, "%q is not an address of a daemon, such as unix:///var/run/docker.sock", host)
	}
	switch u.Scheme {
	case "unix", "npipe":
		return nil
	case "tcp", "http", "https":
		name := u.Hostname()
		if ip := net.ParseIP(name); name == "localhost" || ip != nil && ip.IsLoopback() {
			return nil
		}
		return engine.Errorf(engine.KindUnsupported, op, 0, "%s is another machine; the daemon must run on this one", name)
	default:
		return engine.Errorf(engine.KindUnsupported, op, 0,
			"%s:// is not supported; use a socket of this machine (ssh -L can bring one here)", u.Scheme)
	}
}
