package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"hash/crc32"
	"math/big"
	"slices"
	"strings"

	"golang.org/x/crypto/sha3"

	"github.com/takeback-chat/takeback/rules/bip39"
)

// addressForms make what brute force cannot: values whose check takes four
// bytes of a hash.
var addressForms = map[string][]labelledForm{
	"crypto_bitcoin": {
		{alone: true, write: func(g gen) string { return g.base58check(base58, 0x00) }},
		{alone: true, write: func(g gen) string { return g.base58check(base58, 0x05) }},
	},
	"crypto_litecoin": {{alone: true, write: func(g gen) string { return g.base58check(base58, 0x30) }}},
	"crypto_tron":     {{alone: true, write: func(g gen) string { return g.base58check(base58, 0x41) }}},
	"crypto_ripple":   {{alone: true, write: func(g gen) string { return g.base58check(rippleBase58, 0x00) }}},
	"crypto_ethereum": {{alone: true, write: gen.ethereum}},
	"crypto_monero":   {{alone: true, write: gen.monero}},
	"seed_phrase":     {{alone: true, write: gen.seedPhrase}},
	"github_token":    {{alone: true, write: gen.github}},
}

const (
	base58       = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	rippleBase58 = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
)

func (g gen) bytes(n int) []byte {
	raw := make([]byte, n)
	for i := range raw {
		raw[i] = byte(1 + g.IntN(255))
	}
	return raw
}

func toBase58(raw []byte, letters string, least int) string {
	n, out := new(big.Int).SetBytes(raw), []byte(nil)
	for n.Sign() > 0 {
		var d big.Int
		n.DivMod(n, big.NewInt(58), &d)
		out = append(out, letters[d.Int64()])
	}
	for len(out) < least {
		out = append(out, letters[0])
	}
	slices.Reverse(out)
	return string(out)
}

func (g gen) base58check(letters string, version byte) string {
	raw := append([]byte{version}, g.bytes(20)...)
	once := sha256.Sum256(raw)
	twice := sha256.Sum256(once[:])
	out := toBase58(append(raw, twice[:4]...), letters, 0)
	if version == 0 {
		out = letters[:1] + out
	}
	return out
}

func keccak(b []byte) []byte {
	h := sha3.NewLegacyKeccak256()
	h.Write(b)
	return h.Sum(nil)
}

func (g gen) ethereum() string {
	low := []byte(hex.EncodeToString(g.bytes(20)))
	sum := hex.EncodeToString(keccak(low))
	for i := range low {
		if sum[i] >= '8' && low[i] >= 'a' {
			low[i] -= 'a' - 'A'
		}
	}
	return "0x" + string(low)
}

func (g gen) monero() string {
	raw := append([]byte{18}, g.bytes(64)...)
	raw = append(raw, keccak(raw)[:4]...)
	var out strings.Builder
	for block := range slices.Chunk(raw, 8) {
		least := 11
		if len(block) < 8 {
			least = 7 // of five bytes
		}
		out.WriteString(toBase58(block, base58, least))
	}
	return out.String()
}

// seedWords are some of the words of BIP 39.
var seedWords = strings.Fields("abandon ability able about above absent absorb abstract absurd abuse access accident account accuse achieve acid acoustic acquire across act action actor zebra zero zone zoo wrong year yellow young youth")

func (g gen) seedPhrase() string {
	for {
		words := make([]string, 12)
		for i := range words {
			words[i] = g.pick(seedWords...)
		}
		if phrase := strings.Join(words, " "); bip39.Valid(bip39.Parse(phrase)) {
			return phrase
		}
	}
}

// github writes a token whose last six letters are the CRC-32 of the others in base 62.
func (g gen) github() string {
	body := g.from(mixed, 30)
	sum := crc32.ChecksumIEEE([]byte(body))
	var check [6]byte
	for i := range check {
		check[len(check)-1-i] = mixed[sum%62]
		sum /= 62
	}
	return g.pick("ghp_", "gho_", "ghs_") + body + string(check[:])
}
