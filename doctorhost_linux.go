package main

import (
	"os"
	"syscall"
)

// roomIn says how much is free where a folder is.
func roomIn(folder string) (room, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil {
		return room{}, &os.PathError{Op: "statfs", Path: folder, Err: err}
	}
	size := uint64(s.Bsize) //nolint:gosec // the kernel gives a size of a block
	return room{bytes: s.Bavail * size, total: s.Blocks * size, nodes: s.Ffree, counted: s.Files > 0}, nil
}

// mostFiles is how many files a process of this user may open. The runtime has raised
// the soft limit to the hard one, as it will in the service.
func mostFiles() uint64 {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return 0
	}
	return l.Cur
}
