package console

import (
	"slices"
	"strings"

	"github.com/takeback-chat/takeback/rules/validators"
)

// namedChecks are the checks with words of their own; the others are called by
// the name that packs give them.
var namedChecks = []string{
	"luhn", "iban", "cn_id", "card_network", "card_any", "card_groups", "varied", "random",
	"no_placeholder", "no_template", "no_word", "no_code", "no_shape", "no_date", "no_phone_shape", "digits_differ",
	"mixed_digits", "password_shape", "otp", "phone", "phone_own", "cn_mobile", "public_ip", "jwt",
}

// evidenceOf says pieces of evidence in the visitor's language, as
// rules.EvidenceWords does. Near is within how many characters the detector's
// words may stand; 0 leaves that open.
func (v *visit) evidenceOf(terms []string, near int) []string {
	var all []string
	for _, term := range terms {
		all = append(all, v.evidenceWords(term, near))
	}
	return all
}

func (v *visit) evidenceWords(term string, near int) string {
	kind, arg, _ := strings.Cut(term, ":")
	check, isCheck := validators.Lookup(kind)
	switch {
	case slices.Contains(namedChecks, kind) && arg == "":
		return v.words.T("evidence.is." + kind)
	case slices.Contains([]string{"named", "context", "clear"}, kind):
		return v.evidenceNear(kind, near)
	case kind == "form":
		return v.words.T("evidence.form", Visible(arg))
	case arg != "" && slices.Contains([]string{"entropy", "length", "classes"}, kind):
		return v.words.T("evidence."+kind, Visible(arg))
	case isCheck && check.Checksum:
		return v.words.T("evidence.checksum", Visible(term))
	}
	return v.words.T("evidence.check", Visible(term))
}

// evidenceNear says which words stand near by, or do not: what speaks against a
// finding has to stand twice as near as what speaks for it.
func (v *visit) evidenceNear(kind string, near int) string {
	switch {
	case near == 0:
		return v.words.T("evidence.near." + kind)
	case kind == "clear":
		return v.words.T("evidence.clear", near/2)
	}
	return v.words.T("evidence."+kind, near)
}
