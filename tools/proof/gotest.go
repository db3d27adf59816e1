package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// test runs tests of one package and returns what they printed. size are
// environment variables (NAME=VALUE) and flags (-...); overlay is a folder made by plant.
func (r *runner) test(ctx context.Context, pkg, run string, size []string, overlay string) (string, error) {
	args := []string{"test", "-count=1", "-v", "-timeout=3h", "-parallel=1", "-run", run}
	env := os.Environ()
	if overlay != "" { // in the environment, for what a test itself builds as well
		env = append(env, "GOFLAGS="+os.Getenv("GOFLAGS")+" -overlay="+filepath.Join(overlay, "overlay.json"))
	}
	for _, s := range size {
		if strings.HasPrefix(s, "-") {
			args = append(args, s)
		} else {
			env = append(env, s)
		}
	}
	cmd := exec.CommandContext(ctx, "go", append(args, pkg)...) //nolint:gosec // all of it stands in this program
	cmd.Dir, cmd.Env = r.root, env
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if err != nil {
		err = fmt.Errorf("go test -run %s %s: %w", run, pkg, err)
	}
	return out.String(), err
}

// plant writes the broken file and tells the compiler to take it instead, in a
// folder of its own. The product's files stay as they are.
func (f fault) plant(root string) (folder string, err error) {
	broken, err := f.broken(root)
	if err != nil {
		return "", err
	}
	if folder, err = os.MkdirTemp("", "proof"); err != nil {
		return "", fmt.Errorf("make a folder: %w", err)
	}
	file := filepath.Join(folder, filepath.Base(f.file))
	index, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(root, f.file): file}})
	if err != nil {
		return "", fmt.Errorf("fault %q: %w", f.name, err)
	}
	for path, content := range map[string][]byte{file: broken, filepath.Join(folder, "overlay.json"): index} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return "", fmt.Errorf("fault %q: %w", f.name, err)
		}
	}
	return folder, nil
}

// broken is the file with the fault in it.
func (f fault) broken(root string) ([]byte, error) {
	src, err := os.ReadFile(filepath.Join(root, f.file))
	if err != nil {
		return nil, fmt.Errorf("fault %q: %w", f.name, err)
	}
	if n := bytes.Count(src, []byte(f.was)); n != 1 {
		return nil, fmt.Errorf("fault %q: %s has %d times %q, want it once", f.name, f.file, n, f.was)
	}
	return bytes.Replace(src, []byte(f.was), []byte(f.is), 1), nil
}
