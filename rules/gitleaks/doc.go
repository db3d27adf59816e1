// Package gitleaks turns a configuration of gitleaks, the scanner of
// repositories, into a pack of detectors.
//
// What a rule there says is said in the pack's own terms: the text that its
// regexp may have in front of a name is dropped, so that a match begins at the
// name; the group that holds the secret becomes the value; what may stand behind it
// becomes the edge; entropy becomes evidence, allowlists become exclusions.
// What has no equal, paths above all, is left out with a remark.
package gitleaks

//go:generate go run generate.go
