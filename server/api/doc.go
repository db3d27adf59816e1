// Package api is the JSON API under /api/v1, as openapi.yaml describes it.
//
// A handler binds and checks the request, asks the access door or the store,
// and returns an error or writes an answer; package problem turns the error
// into a document. Every read is made under the caller's scope.
package api
