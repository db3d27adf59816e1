package dictionary

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed common.txt
var commonWords string

// common is the commonest words of English and Chinese, by which a list would
// find something in every other message.
var common = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{}
	for w := range strings.FieldsSeq(commonWords) {
		words[w] = true
	}
	return words
})
