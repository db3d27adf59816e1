// Package tencent speaks with Tencent Cloud Chat: it authenticates and reads
// its webhooks, answers them, and calls its REST API to take messages back.
//
// The facts come from the public documentation of the service (products 1047
// and 269). Where that is silent or contradicts itself, both readings are
// accepted and nothing is guessed in a message's favour.
package tencent
