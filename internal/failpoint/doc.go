// Package failpoint marks the places at which a process may fail with consequences:
// before and after every commit and every call to somebody else. In the product a mark
// does nothing and costs nothing. Built with the tag failpoints, the environment variable
// FAILPOINTS says what happens where, "store.commit.before=exit@2,hook.call.after=stall@1":
// an error, a panic, an exit of the process without a word, or a stall of three seconds,
// each at the n-th time that the place is met; and each place met is a line in the file
// that FAILPOINTS_LOG names.
package failpoint
