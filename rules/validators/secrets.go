package validators

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"hash/crc32"
	"math"
	"math/big"
	"strings"

	"golang.org/x/crypto/sha3"
)

var secrets = table{
	"jwt":          checksum(isJWT),
	"crc32_base62": checksum(crcBase62),
	"base58check":  checksum(base58Check),
	"bech32":       checksum(bech32),
	"one_case":     plain(func(v string) bool { return oneCase(strings.TrimPrefix(v, "0x")) }),
	"eip55":        checksum(eip55),
	"entropy":      {Make: numberCheck(func(v string, least float64) bool { return entropy(v) >= least })},
	"classes":      {Make: numberCheck(func(v string, least float64) bool { return float64(classes(v)) >= least })},
}

// isJWT reports whether the first part of v is a JOSE header (RFC 7515).
func isJWT(v string) bool {
	first, _, _ := strings.Cut(v, ".")
	raw, err := base64.RawURLEncoding.DecodeString(first)
	if err != nil {
		return false
	}
	var header struct {
		Alg string `json:"alg"`
	}
	return json.Unmarshal(raw, &header) == nil && header.Alg != ""
}

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// crcBase62 checks the last six characters of a token against the CRC-32 of
// the thirty before them, behind the kind and its underscore. Source: GitHub's
// engineering blog, "Behind GitHub's new authentication token formats".
func crcBase62(v string) bool {
	body := v[strings.LastIndexByte(v, '_')+1:]
	if len(body) != 36 {
		return false
	}
	return body[30:] == crcDigits(body[:30])
}

func crcDigits(body string) string {
	sum := crc32.ChecksumIEEE([]byte(body))
	var out [6]byte
	for i := range out {
		out[len(out)-1-i] = base62[sum%62]
		sum /= 62
	}
	return string(out[:])
}

const base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// base58Check checks a Bitcoin address of the old kinds: 25 bytes, of which
// the last four are from a double SHA-256.
func base58Check(v string) bool {
	n := new(big.Int)
	for i := range len(v) {
		d := strings.IndexByte(base58, v[i])
		if d < 0 || len(v) > 40 {
			return false
		}
		n.Add(n.Mul(n, big.NewInt(58)), big.NewInt(int64(d)))
	}
	if n.BitLen() > 25*8 {
		return false
	}
	raw := n.FillBytes(make([]byte, 25))
	once := sha256.Sum256(raw[:21])
	twice := sha256.Sum256(once[:])
	return string(twice[:4]) == string(raw[21:])
}

const bech32Letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// bech32 checks a Bitcoin address of the new kinds. Sources: BIP 173, BIP 350.
func bech32(v string) bool {
	low := strings.ToLower(v)
	sep := strings.LastIndexByte(low, '1')
	if low != v && strings.ToUpper(v) != v || sep < 1 || len(low)-sep < 7 {
		return false
	}
	sum := polymod(prefixBits(low[:sep]))
	for i := sep + 1; i < len(low); i++ {
		d := strings.IndexByte(bech32Letters, low[i])
		if d < 0 {
			return false
		}
		sum = polystep(sum, uint32(d))
	}
	return sum == 1 || sum == 0x2bc830a3
}

func prefixBits(prefix string) []uint32 {
	var out []uint32
	for i := range len(prefix) {
		out = append(out, uint32(prefix[i]>>5))
	}
	out = append(out, 0)
	for i := range len(prefix) {
		out = append(out, uint32(prefix[i]&31))
	}
	return out
}

func polymod(values []uint32) uint32 {
	sum := uint32(1)
	for _, v := range values {
		sum = polystep(sum, v)
	}
	return sum
}

func polystep(sum, v uint32) uint32 {
	top := sum >> 25
	sum = (sum&0x1ffffff)<<5 ^ v
	for i, g := range [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
		if top>>i&1 == 1 {
			sum ^= g
		}
	}
	return sum
}

// eip55 checks the capitals of an Ethereum address, which carry its checksum.
// An address in one case has none and does not pass.
func eip55(v string) bool {
	hexed := strings.TrimPrefix(strings.TrimPrefix(v, "0x"), "0X")
	low := strings.ToLower(hexed)
	if len(hexed) != 40 || oneCase(hexed) {
		return false
	}
	h := sha3.NewLegacyKeccak256()
	h.Write([]byte(low))
	sum := h.Sum(nil)
	for i := range 40 {
		nibble := sum[i/2] >> (4 - 4*(i%2)) & 15
		if low[i] >= 'a' && (nibble > 7) != (hexed[i] < 'a') {
			return false
		}
	}
	return true
}

// oneCase reports whether the letters of v are all small or all capitals.
func oneCase(v string) bool { return v == strings.ToLower(v) || v == strings.ToUpper(v) }

// entropy is Shannon's, in bits per byte.
func entropy(v string) float64 {
	var counts [256]int
	for i := range len(v) {
		counts[v[i]]++
	}
	bits := 0.0
	for _, n := range counts {
		if n > 0 {
			p := float64(n) / float64(len(v))
			bits -= p * math.Log2(p)
		}
	}
	return bits
}

// classes counts the kinds of character in v: small, capital, digit, other.
func classes(v string) int {
	var small, capital, number, other int
	for _, r := range v {
		switch {
		case r >= 'a' && r <= 'z':
			small = 1
		case r >= 'A' && r <= 'Z':
			capital = 1
		case r >= '0' && r <= '9':
			number = 1
		default:
			other = 1
		}
	}
	return small + capital + number + other
}
