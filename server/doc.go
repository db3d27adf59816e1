// Package server puts the JSON API, the console and the probes behind one
// handler, with what holds for all of them: recovery, headers, limits, the
// access log and the metrics.
package server
