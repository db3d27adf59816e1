package validators

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:generate go run phone_gen.go

// phonePlan is the numbering plan of one country.
type phonePlan struct {
	region string
	code   string // behind the +
	trunk  string // before a number inside the country; empty: nothing
	kinds  []phoneKind
}

// phoneKind is one kind of number of a country: fixed, mobile, toll-free, ...,
// without code and trunk prefix.
type phoneKind struct {
	service bool   // nobody's own: toll-free, premium rate, ...
	lengths uint32 // a bit each
	exists  func() *regexp.Regexp
}

//go:embed phone_plan.txt
var phonePlanText string

// phonePlans are read, and their patterns compiled, when a number first asks
// for them: the whole of libphonenumber's metadata takes longer to load than all
// packs together, and 55 microseconds a number.
var phonePlans = sync.OnceValue(func() []phonePlan {
	var plans []phonePlan
	for line := range strings.Lines(phonePlanText) {
		f := strings.Fields(line)
		if strings.HasPrefix(line, "#") {
			continue
		}
		p := phonePlan{region: f[0], code: f[1], trunk: strings.Trim(f[2], "-")}
		for _, kind := range f[3:] {
			p.kinds = append(p.kinds, readKind(kind))
		}
		plans = append(plans, p)
	}
	return plans
})

// readKind reads lengths and pattern, 6,8:[78]\d{5}; they are right, as phone_gen.go
// has made them.
func readKind(text string) (k phoneKind) {
	text, k.service = strings.CutPrefix(text, "!")
	lengths, pattern, _ := strings.Cut(text, ":")
	for n := range strings.SplitSeq(lengths, ",") {
		digits, _ := strconv.Atoi(n)
		k.lengths |= 1 << digits
	}
	k.exists = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:` + pattern + `)$`) })
	return k
}

// has reports whether a number without code and trunk prefix exists in the
// plan; own: as somebody's own, and not as that of a service.
func (p *phonePlan) has(number string, own bool) bool {
	return len(number) < 32 && slices.ContainsFunc(p.kinds, func(k phoneKind) bool {
		return k.lengths>>len(number)&1 == 1 && !(own && k.service) && k.exists().MatchString(number)
	})
}

// takes reports whether the plan has a number as it is dialled inside the
// country. Behind the country's code the trunk prefix is a mistake that many make: +44 (0)20.
func (p *phonePlan) takes(number string, own bool) bool {
	if p.has(number, own) {
		return true
	}
	rest, cut := strings.CutPrefix(number, p.trunk)
	return cut && p.trunk != "" && p.has(rest, own)
}

// plansOf are the plans that share the country code that digits begin with:
// no code is the beginning of another.
var plansOf = sync.OnceValue(func() map[string][]phonePlan {
	byCode := map[string][]phonePlan{}
	for _, p := range phonePlans() {
		byCode[p.code] = append(byCode[p.code], p)
	}
	slices.SortStableFunc(byCode["1"], func(a, b phonePlan) int { return rank(a) - rank(b) })
	return byCode
})

// rank puts the two large countries of North America before the small ones.
func rank(p phonePlan) int {
	if p.region == "US" || p.region == "CA" {
		return 0
	}
	return 1
}

// planOf are the plans by region.
var planOf = sync.OnceValue(func() map[string]*phonePlan {
	byRegion := map[string]*phonePlan{}
	for i, p := range phonePlans() {
		byRegion[p.region] = &phonePlans()[i]
	}
	return byRegion
})

var regionCode = regexp.MustCompile(`^[A-Z]{2}$`)

// phoneCheck makes a check that a number exists in the numbering plan of its
// country; the argument is the country of numbers written without a code.
func phoneCheck(own bool) func(string) (func(string) bool, error) {
	return func(region string) (func(string) bool, error) {
		switch {
		case region == "":
			return func(v string) bool { return codedPhone(v, own) }, nil
		case !regionCode.MatchString(region):
			return nil, fmt.Errorf("it takes a country of two capital letters, and was given %q", shorten(region))
		case planOf()[region] == nil:
			return nil, fmt.Errorf("there is no country %q", region)
		}
		return func(v string) bool { return homePhone(v, region, own) }, nil
	}
}

// homePhone reports whether a number exists that is written with a country's
// code, or as in that country. Islands that share the code share its numbers.
func homePhone(v, region string, own bool) bool {
	if coded(v) {
		return codedPhone(v, own)
	}
	d := Digits(withoutExtension(v))
	return slices.ContainsFunc(plansOf()[planOf()[region].code], func(p phonePlan) bool { return p.takes(d, own) })
}

// coded reports whether a number is written with its country's code.
func coded(v string) bool { return strings.HasPrefix(v, "+") || strings.HasPrefix(v, "00") }

// withoutExtension cuts off what is dialled when somebody has answered, ext. 12.
func withoutExtension(v string) string {
	if i := strings.IndexAny(v, "eExX"); i >= 0 {
		return v[:i]
	}
	return v
}

// codedPhone reports whether a number with a country's code exists.
// E.164 allows 15 digits at most.
func codedPhone(v string, own bool) bool {
	d := Digits(withoutExtension(v))
	if !strings.HasPrefix(v, "+") {
		d = strings.TrimPrefix(d, "00")
	}
	if len(d) < 7 || len(d) > 16 {
		return false
	}
	for n := 1; n <= 3; n++ {
		plans, found := plansOf()[d[:n]]
		if found {
			return slices.ContainsFunc(plans, func(p phonePlan) bool { return p.takes(d[n:], own) })
		}
	}
	return false
}

// homePlans are the countries whose numbers are looked for as they are written
// at home, the most populous of each kind of plan.
var homePlans = []string{
	"US", "GB", "IN", "DE", "FR", "IT", "ES", "BR", "MX", "JP", "KR", "RU", "TR", "ID", "VN", "TH", "PH", "PK", "BD", "NG",
	"EG", "SA", "AE", "IL", "ZA", "AU", "NZ", "SG", "HK", "TW", "MY", "CN", "NL", "BE", "CH", "AT", "PL", "CZ", "PT", "SE",
	"NO", "DK", "FI", "IE", "GR", "HU", "RO", "UA", "AR", "CO", "CL", "PE", "CA", "KE", "GH", "MA", "IR",
}

// isHomePhone reports whether a number without a country's code exists in one
// of the countries, as somebody's own; a date is none, nor is one digit over and over.
func isHomePhone(v string) bool {
	d := Digits(v)
	if len(d) < 8 || len(d) > 12 || strings.Trim(d, d[:1]) == "" || len(d) == 8 && isBirthday(d) {
		return false
	}
	if looksLikeService(v, d) {
		return false
	}
	return slices.ContainsFunc(homePlans, func(region string) bool { return planOf()[region].takes(d, true) })
}

// eastAsian and northAmerican are ways to group a number.
var (
	eastAsian     = regexp.MustCompile(`^\(?\d{3}\)?[ .-]\d{4}[ .-]\d{4}$`)
	northAmerican = regexp.MustCompile(`^\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}$`)
)

// looksLikeService reports whether a number is that of a service in Britain or
// North America, unless it is grouped as elsewhere: 0906 170 1461 is a premium rate line
// before it is a mobile in the Philippines, 090-6170-1461 is a mobile in Japan.
func looksLikeService(v, d string) bool {
	british := (strings.HasPrefix(d, "08") || strings.HasPrefix(d, "09")) && !eastAsian.MatchString(v)
	return british && planOf()["GB"].serves(d) || northAmerican.MatchString(v) && planOf()["US"].serves(d)
}

// serves reports whether the plan has a number for services alone.
func (p *phonePlan) serves(number string) bool {
	return p.takes(number, false) && !p.takes(number, true)
}
