package rules

import (
	"fmt"
	"strconv"
	"strings"
)

// validator is a check that packs ask for by name. It sees the folded value.
type validator struct {
	make     func(arg string) (func(string) bool, error)
	checksum bool // it hardly ever holds by chance
	costly   bool // tens of microseconds: called a bounded number of times a text
}

// plainCheck makes a validator of a check that takes no argument.
func plainCheck(check func(string) bool) func(string) (func(string) bool, error) {
	return func(arg string) (func(string) bool, error) {
		if arg != "" {
			return nil, fmt.Errorf("it takes no argument, and was given %q", shorten(arg))
		}
		return check, nil
	}
}

// numberCheck makes a validator that takes a number.
func numberCheck(check func(v string, limit float64) bool) func(string) (func(string) bool, error) {
	return func(arg string) (func(string) bool, error) {
		limit, err := strconv.ParseFloat(arg, 64)
		if err != nil {
			return nil, fmt.Errorf("it takes a number, and was given %q", shorten(arg))
		}
		return func(v string) bool { return check(v, limit) }, nil
	}
}

// validators are all checks by name.
var validators = map[string]validator{
	"luhn":           {make: plainCheck(luhn), checksum: true},
	"card_network":   {make: plainCheck(majorNetwork)},
	"card_any":       {make: plainCheck(anyNetwork)},
	"card_groups":    {make: plainCheck(cardGroups)},
	"cn_bin":         {make: plainCheck(chineseBIN)},
	"iban":           {make: plainCheck(func(v string) bool { return v != "" && ibanLength(v) == len(v) }), checksum: true},
	"phone":          {make: phoneCheck, costly: true},
	"local_ip":       {make: plainCheck(isLocalIP)},
	"public_ip":      {make: plainCheck(isPublicIP)},
	"ssn":            {make: plainCheck(isSSN)},
	"nino":           {make: plainCheck(isNINO)},
	"cn_id":          {make: plainCheck(isResidentID), checksum: true},
	"cn_id15":        {make: plainCheck(isOldResidentID)},
	"cn_mobile":      {make: plainCheck(isChineseMobile)},
	"jwt":            {make: plainCheck(isJWT), checksum: true},
	"crc32_base62":   {make: plainCheck(crcBase62), checksum: true},
	"base58check":    {make: plainCheck(base58Check), checksum: true},
	"bech32":         {make: plainCheck(bech32), checksum: true},
	"one_case":       {make: plainCheck(func(v string) bool { return oneCase(strings.TrimPrefix(v, "0x")) })},
	"eip55":          {make: plainCheck(eip55), checksum: true},
	"domain":         {make: plainCheck(knownDomain)},
	"entropy":        {make: numberCheck(func(v string, least float64) bool { return entropy(v) >= least })},
	"classes":        {make: numberCheck(func(v string, least float64) bool { return float64(classes(v)) >= least })},
	"length":         {make: numberCheck(func(v string, least float64) bool { return float64(len([]rune(v))) >= least })},
	"no_placeholder": {make: plainCheck(func(v string) bool { return !placeholder(v) })},
	"no_word":        {make: plainCheck(func(v string) bool { return !commonWord(v) })},
	"no_shape":       {make: plainCheck(func(v string) bool { return !knownShape(v) })},
	"otp":            {make: plainCheck(isOneTimeCode)},
	"password_shape": {make: plainCheck(passwordShape)},
	"url_password":   {make: plainCheck(func(v string) bool { return !placeholder(urlPassword(v)) && !standIn(urlPassword(v)) })},
	"varied":         {make: plainCheck(varied)},
}

// trims cut what a greedy regexp took too much of; each returns how many bytes
// of the value are kept.
var trims = map[string]trim{
	"iban":        {cut: ibanLength},
	"card":        {cut: func(v string) int { return cutGroups(v, func(s string) bool { return luhn(s) && anyNetwork(s) }) }},
	"phone":       {cut: func(v string) int { return cutGroups(v, internationalPhone) }, costly: true},
	"punctuation": {cut: func(v string) int { return len(strings.TrimRight(v, ".,;:!?)]}>\"'`")) }},
}

// trim is how much of a value is kept.
type trim struct {
	cut    func(string) int
	costly bool // counts as the call of a costly validator
}

// cutGroups takes groups off the end of a number until it is good, so that the
// three digits behind a card or the hour behind a telephone number do not hide
// it. A number that is good in no length is left as it is.
func cutGroups(v string, good func(string) bool) int {
	for end, tries := len(v), 0; end > 0 && tries < 5; tries++ {
		if good(v[:end]) {
			return end
		}
		end = strings.LastIndexAny(v[:end], " .-")
	}
	return len(v)
}

// varied refuses numbers that people type when they mean none: one digit over
// and over, or counting up or down.
func varied(v string) bool {
	d := digitsOf(v)
	same, up, down := true, true, true
	for i := 1; i < len(d); i++ {
		step := (int(d[i]) - int(d[i-1]) + 10) % 10
		same, up, down = same && step == 0, up && step == 1, down && step == 9
	}
	return len(d) > 1 && !same && !up && !down
}
