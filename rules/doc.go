// Package rules reads texts and judges what it found: text elements in,
// findings out; findings in, decision out.
//
// It is pure. It knows no clock, no network, no database and no files, so that
// it can be fast, fuzzed and trusted. Everything that it needs is handed in:
// packs of detectors and a policy, both YAML, both read strictly.
//
//	pack, err := rules.ParsePack("mine.yaml", src)   // detectors, with their own examples run
//	engine, err := rules.New(append(rules.Builtin(), pack), rules.Options{Fingerprint: keyed})
//	policy, err := rules.ParsePolicy("policy.yaml", src)
//	set := &rules.Ruleset{Engine: engine, Policy: policy, Version: 7}
//	decision := set.Judge(&message, false)
//
// # How a text is scanned
//
//  1. Fold: full-width forms, digits of every script and invisible characters
//     are brought to plain ASCII, with a map back to the original bytes. Plain
//     ASCII is only copied.
//  2. Filter: one pass over the bytes finds the literals, the runs of digits and
//     the long unbroken words that some pattern asks for. Most messages have
//     none, and that is all that happens to them.
//  3. Match: the regexps of the patterns that were asked for run, each only
//     near what asked for it.
//  4. Weigh: edges, validators and context words turn a match into evidence, and
//     the detector's own table turns evidence into confidence.
//  5. Settle: of findings that overlap, the better one stays.
//
// Everything is linear in the length of the text: the regexps are RE2, a match
// is looked for only in a window around its trigger, and what was looked at
// once is not looked at again from each of its bytes.
package rules
