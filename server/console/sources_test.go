package console

import "embed"

// sources is this package's own code, in which the words that it uses are looked for.
//
//go:embed *.go
var sources embed.FS
