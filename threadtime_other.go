//go:build !linux

package main

import "time"

// threadTime stands in where the time of one thread cannot be asked for.
func threadTime() time.Time { return time.Now() }
