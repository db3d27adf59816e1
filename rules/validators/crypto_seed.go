package validators

import "github.com/takeback-chat/takeback/rules/bip39"

// isSeedPhrase checks the words and the checksum of a recovery phrase.
func isSeedPhrase(v string) bool { return bip39.Valid(bip39.Parse(v)) }
