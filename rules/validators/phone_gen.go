//go:build ignore

// Command phone_gen writes phone_plan.txt, the numbering plans of all countries,
// from the metadata of libphonenumber.
package main

import (
	"fmt"
	"log"
	"os"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

const head = `# The numbering plans of all countries: region, country code, trunk prefix, and for each
# kind of number its lengths and its pattern; ! before those of services: toll-free, premium, shared cost, company-wide.
# Made by phone_gen.go from the metadata of Google's libphonenumber, which is under the Apache License 2.0.
`

func main() {
	plans, err := phonenumbers.MetadataCollection()
	if err != nil {
		log.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(head)
	for _, m := range plans.GetMetadata() {
		trunk := m.GetNationalPrefix()
		switch {
		case m.GetId() == "BY":
			trunk = "80" // the 0 is dialled as well, though the metadata does not count it
		case m.GetId() == "MX":
			trunk = "1" // which mobiles had behind +52 until 2019, and many are kept with it
		case trunk == "":
			trunk = "-"
		}
		fmt.Fprintln(&b, m.GetId(), m.GetCountryCode(), trunk, strings.Join(kinds(m), " "))
	}
	if err := os.WriteFile("phone_plan.txt", []byte(b.String()), 0o644); err != nil {
		log.Fatal(err)
	}
}

// kinds returns the lengths and the pattern of every kind of number of a plan.
func kinds(m *phonenumbers.PhoneMetadata) []string {
	var out []string
	add := func(mark string, descs ...*phonenumbers.PhoneNumberDesc) {
		for _, d := range descs {
			p := strings.Join(strings.Fields(d.GetNationalNumberPattern()), "")
			if p == "" || p == "NA" {
				continue
			}
			lengths := d.GetPossibleLength()
			if len(lengths) == 0 {
				lengths = m.GetGeneralDesc().GetPossibleLength()
			}
			kind := mark + strings.ReplaceAll(strings.Trim(fmt.Sprint(lengths), "[]"), " ", ",") + ":" + p
			if !slices.Contains(out, kind) {
				out = append(out, kind)
			}
		}
	}
	add("", m.GetFixedLine(), m.GetMobile(), m.GetPersonalNumber(), m.GetVoip(), m.GetPager())
	add("!", m.GetTollFree(), m.GetPremiumRate(), m.GetSharedCost(), m.GetUan(), m.GetVoicemail())
	return out
}
