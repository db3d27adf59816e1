//go:build !unix

package seal

import "io/fs"

// ours stands in where files have no owner that could be compared.
func ours(fs.FileInfo) bool { return true }
