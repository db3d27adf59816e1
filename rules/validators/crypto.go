package validators

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"

	"golang.org/x/crypto/sha3"
)

// Cryptocurrencies. What an address of Ethereum carries is checked by eip55.
var crypto = table{
	"bitcoin":  checksum(isBitcoin),
	"litecoin": checksum(isLitecoin),
	"tron":     checksum(isTron),
	"ripple":   checksum(isRipple),
	"monero":   checksum(isMonero),
	"solana":   plain(isSolana),
	"bip39":    checksum(isSeedPhrase),
}

// The letters of base 58: Bitcoin's, which most follow, and Ripple's.
const (
	bitcoinLetters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	rippleLetters  = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
)

// maxBase58 is more than any address has.
const maxBase58 = 64

// fromBase58 decodes a number of base 58; each leading zero digit is a zero
// byte. Nothing when a letter is wrong or the number too long.
func fromBase58(v, letters string) []byte {
	if len(v) > maxBase58 {
		return nil
	}
	zeros := 0
	for zeros < len(v) && v[zeros] == letters[0] {
		zeros++
	}
	var number [maxBase58]byte // big-endian, filled from the end
	used := 0
	for i := zeros; i < len(v); i++ {
		carry := strings.IndexByte(letters, v[i])
		if carry < 0 {
			return nil
		}
		for j := range used {
			at := len(number) - 1 - j
			carry += int(number[at]) * 58
			number[at], carry = byte(carry), carry>>8
		}
		for ; carry > 0; carry >>= 8 {
			used++
			number[len(number)-used] = byte(carry)
		}
	}
	return append(make([]byte, zeros), number[len(number)-used:]...)
}

// payload decodes base58check: what stands before the first four bytes of a
// double SHA-256 over it. Nothing when they are wrong.
func payload(v, letters string) []byte {
	raw := fromBase58(v, letters)
	if len(raw) < 5 {
		return nil
	}
	body, check := raw[:len(raw)-4], raw[len(raw)-4:]
	once := sha256.Sum256(body)
	twice := sha256.Sum256(once[:])
	if !bytes.Equal(twice[:4], check) {
		return nil
	}
	return body
}

// hash160 reports whether v is base58check of a version and twenty bytes.
func hash160(v, letters string, versions ...byte) bool {
	body := payload(v, letters)
	return len(body) == 21 && slices.Contains(versions, body[0])
}

// isBitcoin checks addresses of the main and the test network: base58check of
// a key or script hash (Bitcoin developer reference), or a witness program.
func isBitcoin(v string) bool {
	return hash160(v, bitcoinLetters, 0x00, 0x05, 0x6F, 0xC4) || isSegwit(v, "bc", "tb", "bcrt")
}

// isLitecoin checks addresses of Litecoin. Those with Bitcoin's version 5 are
// Bitcoin's. Source: Litecoin Core, chainparams.
func isLitecoin(v string) bool {
	return hash160(v, bitcoinLetters, 0x30, 0x32, 0x3A) || isSegwit(v, "ltc", "tltc")
}

// isTron checks addresses of Tron: base58check of 0x41 and twenty bytes.
// Source: TRON developer documentation, account address format.
func isTron(v string) bool { return hash160(v, bitcoinLetters, 0x41) }

// isRipple checks classic addresses of the XRP Ledger and X-addresses, which
// hold a destination tag as well. Source: XRPL documentation, base58 encodings; XLS-5d.
func isRipple(v string) bool {
	body := payload(v, rippleLetters)
	switch len(body) {
	case 21:
		return body[0] == 0
	case 31:
		return body[0] == 0x05 && body[1] == 0x44 || body[0] == 0x04 && body[1] == 0x93
	}
	return false
}

// isSolana reports whether v can be an address of Solana: 32 bytes of base 58,
// without any check. Source: Solana documentation, accounts.
func isSolana(v string) bool {
	return len(v) >= 32 && len(v) <= 44 && len(fromBase58(v, bitcoinLetters)) == 32 && classes(v) == 3 && entropy(v) >= 3.8
}

// isSegwit checks an address of a witness program. Version 0 has 20 or 32 bytes
// and bech32's constant, the later ones 2 to 40 bytes and bech32m's. Sources: BIP 173, BIP 350.
func isSegwit(v string, prefixes ...string) bool {
	low := strings.ToLower(v)
	sep := strings.LastIndexByte(low, '1')
	if sep < 1 || len(low)-sep < 8 || len(low) > 90 || low != v && strings.ToUpper(v) != v || !slices.Contains(prefixes, low[:sep]) {
		return false
	}
	sum := polymod(prefixBits(low[:sep]))
	for _, c := range []byte(low[sep+1:]) {
		d := strings.IndexByte(bech32Letters, c)
		if d < 0 {
			return false
		}
		sum = polystep(sum, uint32(d))
	}
	version := strings.IndexByte(bech32Letters, low[sep+1])
	bits := (len(low) - sep - 8) * 5
	program := bits / 8
	switch {
	case bits%8 > 4 || program < 2 || program > 40 || version > 16:
		return false
	case version == 0:
		return sum == 1 && (program == 20 || program == 32)
	}
	return sum == 0x2bc830a3
}

// isMonero checks addresses of Monero, where every eight bytes are eleven
// letters of base 58 and Keccak-256 gives the last four bytes. Source: Monero
// documentation, address formats.
func isMonero(v string) bool {
	if len(v) != 95 && len(v) != 106 {
		return false
	}
	var raw []byte
	for part := range slices.Chunk([]byte(v), 11) {
		block := fromBase58(strings.TrimLeft(string(part), "1"), bitcoinLetters)
		size := len(part) * 8 / 11
		if len(block) > size || len(block) == 0 && strings.Trim(string(part), "1") != "" {
			return false
		}
		raw = append(raw, make([]byte, size-len(block))...)
		raw = append(raw, block...)
	}
	h := sha3.NewLegacyKeccak256()
	h.Write(raw[:len(raw)-4])
	standard := len(v) == 95 && slices.Contains([]byte{18, 42, 24, 36}, raw[0])
	integrated := len(v) == 106 && slices.Contains([]byte{19, 25}, raw[0])
	return (standard || integrated) && bytes.Equal(h.Sum(nil)[:4], raw[len(raw)-4:])
}
