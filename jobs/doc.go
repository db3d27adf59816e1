// Package jobs works off what the database says is due: it takes messages back,
// looks whether they are gone, and tries again what did not work. It alone knows
// asynq and Redis.
//
// The rows are the truth and Redis is a doorbell. A ring says "look at this
// conversation" and nothing more; whatever a ring, a task or all of Redis loses,
// the sweeper finds in the database within seconds. So every way of waking the
// worker may be lossy and doubled, and only the claim in the database decides
// who works on a recall.
//
//	Ring -> bell rope (coalesced) -> asynq task -> any node's drains
//	             \-- Redis away, or the task's name taken --> this node's drains
//	sweeper, every 2 s: whatever is due ------------------> this node's drains
//	drains -> claim, limit, break, call, settle; one batch at a time, in turns
package jobs
