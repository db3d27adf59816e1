//go:build !linux

package main

import "os"

// roomIn stands in where nobody can be asked: there is enough.
func roomIn(folder string) (room, error) {
	_, err := os.Stat(folder)
	return room{bytes: lowDisk, total: lowDisk}, err
}

// mostFiles stands in where nobody can be asked.
func mostFiles() uint64 { return 0 }
