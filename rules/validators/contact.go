package validators

import (
	"net/netip"
	"strings"
)

var contact = table{
	"phone":       {Make: phoneCheck(false)},
	"phone_own":   {Make: phoneCheck(true)},
	"phone_home":  {Make: plainCheck(isHomePhone), Costly: true},
	"local_ip":    plain(isLocalIP),
	"public_ip":   plain(isPublicIP),
	"domain":      plain(knownDomain),
	"coordinates": plain(isCoordinates),
	"directed":    plain(isDirected),
	"full_name":   plain(isFullName),
	"person_name": plain(isPersonName),
	"qq":          plain(isQQ),
	"wechat":      plain(isWeChat),
	"zip_state":   plain(hasState),
	"cn_home":     plain(hasChineseHome),
}

// isLocalIP accepts addresses of somebody's own network, and nothing that is
// the same everywhere, like 127.0.0.1.
func isLocalIP(v string) bool {
	a, ok := parseIP(v)
	if !ok {
		return false
	}
	return a.IsPrivate() || a.IsLinkLocalUnicast() || carrierNAT.Contains(a)
}

// parseIP reads an address, and of an IPv6 address that carries an IPv4 one the
// latter: mapped and compatible ones (RFC 4291, 2.5.5), those of NAT64 (RFC 6052).
func parseIP(v string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(v)
	if err != nil {
		return netip.Addr{}, false
	}
	a = a.WithZone("").Unmap()
	b := a.As16()
	if a.Is6() && (nat64.Contains(a) || compatible.Contains(a) && b[12] != 0) {
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	return a, true
}

// nat64 and compatible are the prefixes before an IPv4 address in an IPv6 one.
var (
	nat64      = netip.MustParsePrefix("64:ff9b::/96")
	compatible = netip.MustParsePrefix("::/96")
)

// carrierNAT is what providers give to their customers (RFC 6598).
var carrierNAT = netip.MustParsePrefix("100.64.0.0/10")

// isPublicIP refuses addresses that name nobody: private, local, link,
// multicast, unspecified and those set aside for documentation stay out.
func isPublicIP(v string) bool {
	a, ok := parseIP(v)
	if !ok {
		return false
	}
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
