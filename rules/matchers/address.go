package matchers

import (
	"bytes"
	"net/netip"
	"slices"
)

// ipv6 finds an IPv6 address around its first two colons (RFC 4291, 2.2): in
// full, with one run of zeros left out, with an IPv4 tail, with a zone (RFC 4007, 11).
func ipv6(text []byte, at int) (start, end int, ok bool) {
	if at0(text, at) != ':' {
		return 0, 0, false
	}
	start = at
	for start > 0 && at-start < 5 && hex(text[start-1]) {
		start--
	}
	if b := at0(text, start-1); alnum(b) || b == ':' && !labels(text[:start-1], 4) || b == '.' || b == '_' || b == '-' {
		return 0, 0, false // an earlier colon is the first, or a word touches it
	}
	end, colons, double := at, 0, false
	for end < len(text) && end-start < 45 && (hex(text[end]) || text[end] == ':' || text[end] == '.') {
		if text[end] == ':' {
			colons++
			double = double || at0(text, end+1) == ':'
		}
		end++
	}
	if colons < 2 || !double && colons < 6 {
		return 0, 0, false
	}
	for end > at && (text[end-1] == '.' || text[end-1] == ':' && text[end-2] != ':') {
		end--
	}
	if alnum(at0(text, end)) || at0(text, end) == '_' || end-start < 3 {
		return 0, 0, false
	}
	var a netip.Addr
	if a = parse6(text[start:end]); !a.IsValid() || a.IsUnspecified() {
		return 0, 0, false
	}
	return start, zoneEnd(text, end), true
}

// zoneEnd takes in the zone behind an address, %eth0.
func zoneEnd(text []byte, end int) int {
	i := end + 1
	if at0(text, end) != '%' || !alnum(at0(text, i)) {
		return end
	}
	for i < len(text) && i-end < 16 && (alnum(text[i]) || text[i] == '.' && alnum(at0(text, i+1)) || text[i] == '_' || text[i] == '-') {
		i++
	}
	return i
}

// labels reports whether what stands before a colon is no part of an address,
// whose parts have at most so many digits: "server:", or a word of another script.
func labels(before []byte, most int) bool {
	n := len(before)
	for n > 0 && alnum(before[n-1]) {
		n--
	}
	word := before[n:]
	if len(word) == 0 {
		return at0(before, n-1) != ':'
	}
	return len(word) > most || slices.ContainsFunc(word, func(b byte) bool { return !hex(b) })
}

// parse6 parses an address whose length has been bounded.
func parse6(b []byte) netip.Addr {
	a, err := netip.ParseAddr(string(b))
	if err != nil || !a.Is6() {
		return netip.Addr{}
	}
	return a
}

// mac finds a hardware address from its first separator: six pairs with colons
// or dashes (IEEE 802), or three groups of four with dots (Cisco).
func mac(text []byte, at int) (start, end int, ok bool) {
	sep := at0(text, at)
	switch sep {
	case ':', '-':
		start, end = at-2, at+15
	case '.':
		start, end = at-4, at+10
	default:
		return 0, 0, false
	}
	if start < 0 || end > len(text) || macEdge(at0(text, start-1), sep) && !(sep == ':' && at0(text, start-1) == sep && labels(text[:start-1], 2)) || macEdge(at0(text, end), sep) {
		return 0, 0, false
	}
	step := at - start
	for i := start; i < end; i++ {
		if (i-start)%(step+1) == step {
			if text[i] != sep {
				return 0, 0, false
			}
		} else if !hex(text[i]) {
			return 0, 0, false
		}
	}
	return start, end, meansMAC(text[start:end])
}

// macEdge reports whether a neighbour continues an address.
func macEdge(b, sep byte) bool { return alnum(b) || b == '_' || b == sep && sep != '.' }

// meansMAC refuses what is the same everywhere (all zeros, all ones) and
// what are rows of digits with dots, such as dates or versions.
func meansMAC(b []byte) bool {
	letters := 0
	for _, c := range b {
		if letter(c) {
			letters++
		}
	}
	if len(b) == 14 && letters == 0 {
		return false
	}
	return len(bytes.Trim(b, "0:-.")) > 0 && len(bytes.Trim(b, "fF:-.")) > 0
}
