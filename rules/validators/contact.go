package validators

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

var contact = table{
	"phone":     {Make: phoneCheck, Costly: true},
	"local_ip":  plain(isLocalIP),
	"public_ip": plain(isPublicIP),
	"domain":    plain(knownDomain),
}

var regionCode = regexp.MustCompile(`^[A-Z]{2}$`)

// phoneCheck asks libphonenumber whether a number exists in the numbering plan
// of its country; the argument is the country of numbers written without a code.
func phoneCheck(arg string) (func(string) bool, error) {
	if arg != "" && !regionCode.MatchString(arg) {
		return nil, fmt.Errorf("it takes a country of two capital letters, and was given %q", shorten(arg))
	}
	return func(v string) bool { return validPhone(v, arg) }, nil
}

func internationalPhone(v string) bool { return validPhone(v, "") }

// validPhone first counts the digits (E.164 allows 7 to 15), because asking
// the library takes a thousand times longer.
func validPhone(v, country string) bool {
	if strings.HasPrefix(v, "00") {
		v = "+" + v[2:]
	}
	if n := len(Digits(v)); n < 7 || n > 15 {
		return false
	}
	n, err := phonenumbers.Parse(v, country)
	return err == nil && phonenumbers.IsValidNumber(n)
}

// isLocalIP accepts addresses of somebody's own network, and nothing that is
// the same everywhere, like 127.0.0.1.
func isLocalIP(v string) bool {
	a, err := netip.ParseAddr(v)
	if err != nil {
		return false
	}
	a = a.Unmap()
	return a.IsPrivate() || a.IsLinkLocalUnicast() || carrierNAT.Contains(a)
}

// carrierNAT is what providers give to their customers (RFC 6598).
var carrierNAT = netip.MustParsePrefix("100.64.0.0/10")

// isPublicIP refuses addresses that name nobody: private, local, link,
// multicast, unspecified and those set aside for documentation stay out.
func isPublicIP(v string) bool {
	a, err := netip.ParseAddr(v)
	if err != nil {
		return false
	}
	a = a.Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.Is6() && !allocated.Contains(a) {
		return false
	}
	for _, p := range unroutable {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// allocated is all that IANA gives out of IPv6; std::vector is not in it.
var allocated = netip.MustParsePrefix("2000::/3")

// unroutable is what RFC 6890's registry keeps off the Internet beside the
// private ranges. The documentation ranges are not in it: people use them as
// if they were real.
var unroutable = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), carrierNAT,
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"),
}

// knownDomain reports whether the host behind the last @ ends like one.
func knownDomain(v string) bool {
	host := v[strings.LastIndexByte(v, '@')+1:]
	labels := strings.Split(host, ".")
	if len(labels) < 2 || len(host) > 253 {
		return false
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
			return false
		}
	}
	last := labels[len(labels)-1]
	if low := strings.ToLower(last); last != low && last != strings.ToUpper(last) && low != "com" && low != "net" && low != "org" {
		return false // the next sentence: "ticket@kiosk.Valid till Monday"
	}
	switch strings.ToLower(last) {
	case "png", "jpg", "jpeg", "gif", "webp", "svg", "pdf", "js", "css", "local", "invalid", "localhost": // name@2x.png
		return false
	}
	return true
}
