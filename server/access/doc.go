// Package access says who may. The JSON API and the console ask the same Door,
// so that a right cannot depend on the way somebody came in.
//
// Two questions are kept apart. What a caller may see is a scope, which every
// read of the store takes. What a caller may take back is asked per
// conversation, at the moment of asking, by the platform's own word.
package access

// ActorKey is the key in a gin context under which whoever knows the caller of a
// request leaves its actor, a string, for the access log.
const ActorKey = "takeback.actor"
