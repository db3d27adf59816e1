package validators

import (
	"testing"

	"pgregory.net/rapid"
)

func TestMiddleEastAfrica(t *testing.T) {
	runCountryCases(t, middleEastAfrica, []countryCase{
		{"il_id", []string{"3933742-3", "123456782", "1234566-6"}, []string{"393374239", "000000000", "3933742"}},
		{"ae_id", []string{"784-1968-6570305-0"}, []string{"784-1968-6570305-1", "785-1968-6570305-0", "784-1868-6570305-0", "784-1968-657030-0"}},
		{"ae_year", []string{"784-1968-6570305-1"}, []string{"784-2168-6570305-1", "782-1968-6570305-1"}},
		{"sa_id", []string{"1000000008", "2000000006"}, []string{"1000000009", "3000000006", "100000000"}},
		{"eg_born", []string{"2 850715 01 12345", "30001011234567"}, []string{"4 850715 01 12345", "2 851315 01 12345", "2 850715 05 12345", "285071501123"}},
		{"eg_id", []string{"29001011234564"}, []string{"29001011234565", "29013011234567"}},
		{"za_id", []string{"750330 5044 08 9", "8001015009087"}, []string{"7503305044088", "7513305044089", "8001015009387", "800101500908"}},
		{"ng_nin", []string{"12345678902"}, []string{"12345678901", "11111111111", "1234567890"}},
		{"gh_card", []string{"GHA-721409385-6", "gha 7214093856"}, []string{"GHA-000000000-0", "NGA-721409385-6", "GHA-72140938-6", "7214093856"}},
		{"ma_cin", []string{"BE123456", "a12345"}, []string{"QZ123456", "123456", "ABC12345"}},
	})
}

func TestMiddleEastAfricaCheckDigits(t *testing.T) {
	bodies := []struct{ validator, body string }{
		{"il_id", `[1-9]\d{7}`},
		{"ae_id", `784(?:19|20)\d{9}`},
		{"sa_id", `[12]\d{8}`},
		{"eg_id", `[23]\d\d0[1-9][01][1-9](?:01|21|88)\d{4}`},
		{"za_id", `\d\d0[1-9][01][1-9]\d{4}[012]\d`},
		{"ng_nin", `[1-9]\d{9}`},
	}
	for _, tt := range bodies {
		check, _ := all[tt.validator].Make("")
		rapid.Check(t, func(t *rapid.T) {
			body := rapid.StringMatching(tt.body).Draw(t, tt.validator)
			passing := 0
			for last := range 10 {
				if v := body + twoDigits(last)[1:]; check(v) || americasSame(v) {
					passing++
				}
			}
			if passing != 1 {
				t.Fatalf("%s: %d last digits of %q pass", tt.validator, passing, body)
			}
		})
	}
}
