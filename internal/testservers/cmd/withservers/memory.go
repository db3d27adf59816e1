package main

import (
	"fmt"
	"os"
	"syscall"
)

// roomWanted is how much memory must be free, in bytes, before files go there:
// several times what the tests of all packages write together.
const roomWanted = 6 << 30

// inMemory moves the temporary files of everything started from here on into a
// folder under root, if that is a file system in memory with enough room, and
// returns what removes it. The tests commit many thousand transactions, and
// waiting for a disk at each is much of the time they take. They kill processes
// and not the machine, so files in memory outlive all that happens in them.
//
// What the go command builds stays where it was.
func inMemory(root string) (remove func(), err error) {
	if roomInMemory(root) < roomWanted {
		return func() {}, nil
	}
	dir, err := os.MkdirTemp(root, "takeback-tests-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for temporary files: %w", err)
	}
	remove = func() { _ = os.RemoveAll(dir) }
	if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // PostgreSQL runs as another user and has to pass
		remove()
		return nil, fmt.Errorf("open the folder for temporary files: %w", err)
	}
	for name, value := range map[string]string{"GOTMPDIR": os.TempDir(), "TMPDIR": dir} {
		if err := os.Setenv(name, value); err != nil {
			remove()
			return nil, fmt.Errorf("set %s: %w", name, err)
		}
	}
	return remove, nil
}

// roomInMemory is how many bytes are free in a file system, 0 if it is none in memory.
func roomInMemory(root string) int64 {
	const tmpfs = 0x01021994 // TMPFS_MAGIC of statfs(2)
	var fs syscall.Statfs_t
	if err := syscall.Statfs(root, &fs); err != nil || fs.Type != tmpfs {
		return 0
	}
	return int64(fs.Bavail) * fs.Bsize //nolint:gosec // a disk has less than 2^63 blocks
}
