// Package simulation runs the core of takeback, which is webhooks and jobs as they
// are, in a world made up from one number: what people post, what the platform says,
// loses and repeats, when the database is away, when a process dies. The same number
// makes the same world, to the letter, so that whatever goes wrong in it can be
// watched again.
//
// The product's goroutines run freely between two calls to what is around them: the
// database, the platform, the queue. Each such call waits until the world answers it.
// The world acts only while everybody waits, one act at a time; the calls that came
// since the last act are put in an order that does not depend on who was scheduled
// first, and then the number says how long each takes, and what becomes of it. Time
// is that of a synctest bubble, which passes when everybody waits.
//
// A process that dies keeps nothing: its calls fail from then on, and nothing that
// it does reaches anything. What the database committed stays, whoever was told.
package simulation
