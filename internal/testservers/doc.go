// Package testservers starts private database servers for tests.
//
// Every server listens on a free loopback port, keeps its data in a temporary
// folder of its own and is gone when the test process is gone, however that
// process ends: a small watchdog outside the process holds a pipe to it, and
// when the pipe breaks it kills the server and removes the folder. A server
// that happens to run on the machine is never used.
//
// The binaries are those of the Debian packages postgresql and redis-server.
// Where one is missing the test fails with a sentence that names the package;
// it is never skipped.
package testservers
