package validators

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// cryptoCases are addresses that the specifications and the projects publish.
var cryptoCases = map[string]struct{ good, bad []string }{
	"bitcoin": {
		good: []string{
			"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
			"mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn", "2MzQwSSnBHWHqSAqtTVQ6v47XtaisrJa1Vc", "1111111111111111111114oLvT2",
			"BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx",
			"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
			"bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
			"bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3",
		},
		bad: []string{
			"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "1A1zP1eP5QGefi2DMPTfTL5SLmv7Divf0a", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
			"bc1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3t4", "tc1qw508d6qejxtdg4y5r3zarvary0c5xw7kg3g4ty",
			"bc1zw508d6qejxtdg4y5r3zarvaryvqyzf3du", // version 2 with the constant of version 0
			"bc1gmk9yu", "LM2WMpR1Rp6j3Sa59cMXMs1SPzj9eXpGc1", "",
		},
	},
	"litecoin": {
		good: []string{"LM2WMpR1Rp6j3Sa59cMXMs1SPzj9eXpGc1", "MVcg9uEvtWuP5N6V48EHfEtbz48qR8TKZ9"},
		bad:  []string{"LM2WMpR1Rp6j3Sa59cMXMs1SPzj9eXpGc2", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", ""},
	},
	"tron": {
		good: []string{"TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"},
		bad:  []string{"TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6T", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", ""},
	},
	"ripple": {
		good: []string{"rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", "rrrrrrrrrrrrrrrrrrrrrhoLvTp", "XVLhHMPHU98es4dbozjVtdWzVrDjtV5fdx1mHp98tDMoQXb"},
		bad:  []string{"rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTH", "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyT0", ""},
	},
	"monero": {
		good: []string{
			"44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A",
			"888tNkZrPN6JsEgekjMnABU4TBzc2Dt29EPAvkRxbANsAnjyPbb3iQ1YBRk1UXcdRsiKc9dhwMVgN5S9cQUiyoogDavup3H",
		},
		bad: []string{
			"44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3B",
			strings.Repeat("z", 95), strings.Repeat("1", 95), "",
		},
	},
	"solana": {
		good: []string{"7xKXtg2CW87d97TXJSDpbD5jBkheTqA83TZRuJosgAsU", "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"},
		bad:  []string{"11111111111111111111111111111111", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", "7xKXtg2CW87d97TXJSDpbD5jBkheTqA83TZRuJosgAs0", ""},
	},
	"bip39": {
		good: []string{strings.Repeat("zoo ", 11) + "wrong"},
		bad:  []string{strings.Repeat("zoo ", 12), ""},
	},
}

func TestCrypto(t *testing.T) {
	if len(cryptoCases) != len(crypto) {
		t.Fatalf("%d of %d validators have cases", len(cryptoCases), len(crypto))
	}
	for name, tt := range cryptoCases {
		testValues(t, crypto, name, tt.good, tt.bad)
	}
}

// testValues asks a validator of the table about good and bad values.
func testValues(t *testing.T, of table, name string, good, bad []string) {
	t.Helper()
	check, err := of[name].Make("")
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for _, v := range good {
		if !check(v) {
			t.Errorf("%s(%q) = false", name, v)
		}
	}
	for _, v := range bad {
		if check(v) {
			t.Errorf("%s(%q) = true", name, v)
		}
	}
}

// One changed letter is always seen: the checks have 30 bits and more.
func TestCryptoSeesOneLetter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"bitcoin", "litecoin", "tron", "ripple", "monero"}).Draw(t, "name")
		v := []byte(rapid.SampledFrom(cryptoCases[name].good).Draw(t, "value"))
		at := rapid.IntRange(0, len(v)-1).Draw(t, "at")
		to := rapid.SampledFrom([]byte(bitcoinLetters)).Draw(t, "to")
		if v[at]|0x20 == to|0x20 {
			return // bech32 may be written in capitals
		}
		v[at] = to
		if check, _ := crypto[name].Make(""); check(string(v)) {
			t.Fatalf("%s(%q) = true", name, v)
		}
	})
}

func FuzzCrypto(f *testing.F) {
	for _, tt := range cryptoCases {
		for _, v := range append(tt.good, tt.bad...) {
			f.Add(v)
		}
	}
	f.Fuzz(func(_ *testing.T, v string) {
		for _, c := range crypto {
			check, _ := c.Make("")
			check(v)
		}
	})
}
