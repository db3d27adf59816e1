//go:build !failpoints

package failpoint

import "net/http"

// Hit is the place of a name. Its error stands for that of what is done there.
func Hit(string) error { return nil }

// Around marks what do does as NAME.before and NAME.after.
func Around(_ string, do func() error) error { return do() }

// Transport marks the calls of a client, before they leave and after their answer came, as
// NAME.before and NAME.after.
func Transport(_ string, next http.RoundTripper) http.RoundTripper { return next }
