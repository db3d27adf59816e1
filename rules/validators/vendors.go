package validators

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash/crc32"
	"strconv"
	"strings"
)

// Vendors of tokens: checks that need nobody's server.
var vendors = table{
	"github_pat":    checksum(isGitHubPAT),
	"gitlab_crc":    checksum(isGitLabRoutable),
	"grafana_crc":   checksum(isGrafanaToken),
	"pypi_macaroon": checksum(isPyPIToken),
	"sentry_org":    checksum(isSentryOrgToken),
	"discord_token": checksum(isDiscordToken),
	"base64_json":   {Make: vendorField, Checksum: true},
	"basic_auth":    plain(isBasicAuth),
	"base58_sum":    checksum(base58Sum),
	"no_code":       plain(func(v string) bool { return !code(v) }),
	"no_template":   plain(func(v string) bool { return !template(v) }),
	"random":        plain(looksRandom),
}

// isGitHubPAT checks a fine-grained personal token of GitHub. Of its last
// sixteen characters the first eight are the SHA-256 of all that stands before
// them, in base 32. GitHub has not written this down; it holds for the tokens
// that it gives out, and a token for which it does not is only counted less.
func isGitHubPAT(v string) bool {
	const tail = 16
	if len(v) != 93 || !strings.HasPrefix(v, "github_pat_") {
		return false
	}
	sum := sha256.Sum256([]byte(v[:len(v)-tail]))
	return strings.HasPrefix(v[len(v)-tail:], base32.StdEncoding.EncodeToString(sum[:])[:8])
}

// isGitLabRoutable checks a routable token of GitLab: its last seven characters
// are the CRC-32, in base 36, of what stands before them. Source: GitLab
// handbook, "Routable tokens".
func isGitLabRoutable(v string) bool {
	const digits = 7
	if len(v) < 40 || !strings.HasPrefix(v, "gl") || !strings.Contains(v, ".") {
		return false
	}
	body, sum := v[:len(v)-digits], v[len(v)-digits:]
	n, err := strconv.ParseUint(sum, 36, 32)
	return err == nil && uint32(n) == crc32.ChecksumIEEE([]byte(body))
}

// isGrafanaToken checks a service account token of Grafana, which ends in the
// CRC-32 of the rest in hexadecimal, low byte first. Source: Grafana, pkg/components/satokengen.
func isGrafanaToken(v string) bool {
	at := strings.LastIndexByte(v, '_')
	if at < 0 {
		return false
	}
	sum, err := hex.DecodeString(v[at+1:])
	if err != nil || len(sum) != 4 {
		return false
	}
	want := crc32.ChecksumIEEE([]byte(v[:at]))
	return binary.LittleEndian.Uint32(sum) == want
}

// isPyPIToken reads a token of PyPI, a macaroon in its second binary form: it
// names its place, pypi.org, then itself, then caveats, and ends in a signature
// of 32 bytes. Sources: PyPI help, "API tokens"; libmacaroons, doc/format.txt.
func isPyPIToken(v string) bool {
	raw, err := vendorBase64(strings.TrimPrefix(v, "pypi-"))
	if err != nil || len(raw) < 4 || raw[0] != 2 || raw[1] != 1 {
		return false
	}
	place, rest := vendorPacket(raw[2:])
	if place != "pypi.org" && place != "test.pypi.org" {
		return false
	}
	for len(rest) > 1 {
		kind := rest[0]
		if kind == 0 { // end of a section
			rest = rest[1:]
			continue
		}
		var body string
		body, rest = vendorPacket(rest[1:])
		if kind == 6 {
			return len(body) == 32
		}
	}
	return false
}

// vendorPacket cuts a field off that begins with its length (under 128, or in
// two bytes of seven bits).
func vendorPacket(raw []byte) (body string, rest []byte) {
	if len(raw) == 0 {
		return "", nil
	}
	n, head := int(raw[0]), 1
	if n >= 128 && len(raw) > 1 {
		n, head = n&127|int(raw[1])<<7, 2
	}
	if head+n > len(raw) {
		return "", nil
	}
	return string(raw[head : head+n]), raw[head+n:]
}

// isSentryOrgToken reads an organisation's token of Sentry: an object with the
// time it was made and the region's address, then 32 random bytes. Source:
// Sentry RFC 0091, "CI upload tokens".
func isSentryOrgToken(v string) bool {
	body := strings.TrimPrefix(v, "sntrys_")
	at := strings.LastIndexByte(body, '_')
	return at > 0 && vendorHas(body[:at], "iat") && vendorHas(body[:at], "region_url")
}

// isDiscordToken reads the first part of a bot's token, which is its user id in
// decimal, in base64. Source: Discord API reference, "Snowflakes".
func isDiscordToken(v string) bool {
	first, _, _ := strings.Cut(v, ".")
	raw, err := vendorBase64(first)
	if err != nil || len(raw) < 17 || len(raw) > 20 {
		return false
	}
	return Digits(string(raw)) == string(raw)
}

// vendorField makes a check that a value is, or holds behind a prefix, a JSON
// object in base64 with a field of that name.
func vendorField(name string) (func(string) bool, error) {
	if name == "" {
		return nil, errors.New("it takes the name of a field")
	}
	return func(v string) bool {
		at := strings.Index(v, "eyJ")
		if at < 0 {
			return false
		}
		body, _, _ := strings.Cut(v[at:], ".")
		return vendorHas(body, name)
	}, nil
}

// vendorHas reports whether a text in base64 is a JSON object with that field.
func vendorHas(encoded, field string) bool {
	raw, err := vendorBase64(encoded)
	if err != nil {
		return false
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) != nil {
		return false
	}
	_, ok := object[field]
	return ok
}

// vendorBase64 reads base64 of either alphabet, padded or not.
func vendorBase64(v string) ([]byte, error) {
	v = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(v, "="))
	return base64.RawStdEncoding.DecodeString(v)
}

// isBasicAuth reads the credentials of HTTP's basic scheme: a name, a colon and
// a password in base64, all of them visible. Source: RFC 7617.
func isBasicAuth(v string) bool {
	raw, err := vendorBase64(v)
	name, password, ok := strings.Cut(string(raw), ":")
	if err != nil || !ok || len(name)+len(password) < 3 || password == "" {
		return false
	}
	for _, r := range string(raw) {
		if r < ' ' || r == 0x7F || r == 0xFFFD {
			return false
		}
	}
	return true
}
