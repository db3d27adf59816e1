//go:build !unix

package main

// noCoreDumps has nothing to forbid here.
func noCoreDumps() error { return nil }
