// Package keyed keeps what must not be known in files that say nothing without
// a key: hashes of it, and a seal that tells another key and every changed byte.
//
// The hash is SipHash-2-4, a pseudo-random function with a key of 128 bits that
// was made for short inputs: 20 ns for a name or a number where HMAC-SHA-256
// takes 400, and a scan makes some for every number of a message. Values such
// as account numbers can all be tried, so a hash without a key would hide
// nothing; with a key that is elsewhere nothing can be tried.
package keyed
