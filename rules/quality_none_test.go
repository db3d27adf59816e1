package rules

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/models"
)

// above reports whether a finding that covers some of text[start:end] is surer than low.
func above(found []models.Finding, level float64) bool {
	for _, f := range found {
		if f.Confidence > level {
			return true
		}
	}
	return false
}

// wrong changes one digit of a value, and is not right any more.
func (f *labelledForm) wrong(g gen, v string) (string, bool) {
	for range 20 {
		i := g.IntN(len(v))
		if !digit(v[i]) {
			continue
		}
		w := v[:i] + string('0'+(v[i]-'0'+1+byte(g.IntN(9)))%10) + v[i+1:]
		if !f.holds(w) {
			return w, true
		}
	}
	return "", false
}

// checked are the detectors whose numbers have check digits, with a sentence that says
// nothing of what the number is.
var checked = []string{
	"credit_card", "iban", "cn_resident_id", "uk_nhs", "br_cpf", "br_cnpj", "cl_rut", "ar_cuit", "de_tax_id", "de_social_security",
	"fr_nir", "es_nif", "es_nie", "it_fiscal_code", "pl_pesel", "nl_bsn", "be_nn", "lu_nin", "ch_ahv", "se_personnummer", "fi_hetu",
	"cn_uscc", "in_aadhaar", "in_gstin", "sg_nric_fin", "tw_national_id", "th_tnin", "au_tfn", "au_abn", "ca_sin", "mx_curp", "za_id",
	"tr_tckn", "ru_inn", "ru_snils", "isin", "aba_routing", "us_npi", "hk_id", "il_id", "ro_cnp", "bg_egn", "ve_rif", "gh_card",
}

func TestAWrongCheckDigitIsNeverSure(t *testing.T) {
	e := builtinRuleset(t).Engine
	g := newGen(31)
	cases, surer, ran := 0, 0, 0
	kinds := map[string]*labelledKind{}
	for _, k := range readLabelled(t) {
		kinds[k.detector] = &k
	}
	for _, id := range checked {
		k := kinds[id]
		if k == nil {
			t.Fatalf("%s is not labelled", id)
		}
		ran++
		mine := 0
		for i := range 60 {
			f := &k.forms[i%len(k.forms)]
			_, v := f.make(g)
			w, ok := f.wrong(g, v)
			if !ok {
				continue
			}
			cases++
			text := fmt.Sprintf(carriers[i%len(carriers)], w)
			found := scanText(e, text)
			if x := findingOf(found, id); x != nil && x.Confidence >= 1 {
				t.Errorf("%s: a wrong check digit is certain: %q", id, text)
			}
			if above(found, 0.3) {
				mine++
				if mine <= 3 {
					t.Logf("%s: %q: %s", id, text, brief(found, text))
				}
			}
			named := k.carrier(i, w)
			if x := findingOf(scanText(e, named), id); x != nil && x.Confidence >= 1 {
				t.Errorf("%s: a wrong check digit is certain: %q", id, named)
			}
		}
		surer += mine
	}
	t.Logf("%d of %d are found above low", surer, cases)
	if cases < 2000 || ratio(surer, cases) > 0.02 {
		t.Errorf("%d of %d values with a wrong check digit are found above low, want at most 2%%", surer, cases)
	}
}

// noNumbers are texts full of digits and random letters that are nobody's.
var noNumbers = map[string]func(g gen) string{
	"uuid":             uuid,
	"uuid in capitals": func(g gen) string { return strings.ToUpper(uuid(g)) },
	"git hash":         func(g gen) string { return "fixed in " + g.from(hex16, 40) },
	"short hash":       func(g gen) string { return "commit " + g.from(hex16, 8) + ".." + g.from(hex16, 8) },
	"sha256":           func(g gen) string { return "sha256:" + g.from(hex16, 64) },
	"base64": func(g gen) string {
		return "data:image/png;base64," + base64.StdEncoding.EncodeToString(g.bytes(60))
	},
	"URL path":  func(g gen) string { return "https://example.com/orders/" + g.card("4") + "/view" },
	"URL query": func(g gen) string { return "https://example.com/watch?v=" + g.from(mixed, 11) + "&t=" + g.digits(4) },
	"decimal":   func(g gen) string { return "0." + g.card("4") },
	"longer":    func(g gen) string { return "9" + g.card("4") + g.digits(8) },
	"in a word": func(g gen) string { return "x" + g.card("4") + "y" },
	"version": func(g gen) string {
		return fmt.Sprintf("v%d.%d.%d-rc%d", g.IntN(20), g.IntN(20), g.IntN(200), g.IntN(9))
	},
	"date": func(g gen) string {
		return fmt.Sprintf("20%02d-%02d-%02d %02d:%02d:%02d", g.IntN(30), 1+g.IntN(12), 1+g.IntN(28), g.IntN(24), g.IntN(60), g.IntN(60))
	},
	"ISO time": func(g gen) string {
		return fmt.Sprintf("2026-%02d-%02dT%02d:%02d:%02d.%03dZ", 1+g.IntN(12), 1+g.IntN(28), g.IntN(24), g.IntN(60), g.IntN(60), g.IntN(1000))
	},
	"compact date": func(g gen) string {
		return fmt.Sprintf("backup_20%02d%02d%02d.tar.gz", g.IntN(27), 1+g.IntN(12), 1+g.IntN(28))
	},
	"times": func(g gen) string { return fmt.Sprintf("%d:30-%d:45 or %d.15 pm", g.IntN(12), g.IntN(12), g.IntN(12)) },
	"price": func(g gen) string { return fmt.Sprintf("$%d,%03d.%02d", 1+g.IntN(900), g.IntN(1000), g.IntN(100)) },
	"thousands": func(g gen) string {
		return fmt.Sprintf("%d,%03d,%03d,%03d", 1+g.IntN(9), g.IntN(1000), g.IntN(1000), g.IntN(1000))
	},
	"Chinese price": func(g gen) string {
		return fmt.Sprintf("一共%d.%02d元，%d件", g.IntN(9000), g.IntN(100), g.IntN(90))
	},
	"order number": func(g gen) string { return "order number " + g.digits(12) },
	"订单号":          func(g gen) string { return "订单号" + g.digits(16) + "已发货" },
	"flight": func(g gen) string {
		return fmt.Sprintf("flight %s%d seat %d%s", g.from(letters, 2), 100+g.IntN(8000), 1+g.IntN(60), g.from("ABCDEF", 1))
	},
	"UPS tracking": func(g gen) string { return "tracking 1Z" + g.from(mixed[:36], 6) + g.digits(10) },
	"快递":           func(g gen) string { return "快递单号SF" + g.digits(13) },
	"chess": func(g gen) string {
		return "1. e4 e5 2. Nf3 Nc6 3. Bb5 a6 4. Ba4 Nf6 5. O-O Be7 6. Re1 b5 " + g.digits(1)
	},
	"scores": func(g gen) string {
		return fmt.Sprintf("6-%d %d-6 7-6 (%d) 6-%d", g.IntN(5), g.IntN(5), g.IntN(9), g.IntN(5))
	},
	"list": func(g gen) string {
		return fmt.Sprintf("%d %d %d %d %d %d %d %d", g.IntN(100), g.IntN(100), g.IntN(100), g.IntN(100), g.IntN(100), g.IntN(100), g.IntN(100), g.IntN(100))
	},
	"lottery": func(g gen) string {
		return fmt.Sprintf("%02d %02d %02d %02d %02d + %02d", g.IntN(50), g.IntN(50), g.IntN(50), g.IntN(50), g.IntN(50), g.IntN(20))
	},
	"timestamp": func(g gen) string { return "ts=1" + g.digits(12) },
	"log line": func(g gen) string {
		return fmt.Sprintf("2026-03-14 12:%02d:%02d.%s INFO [worker-%d] job=%s took %dms", g.IntN(60), g.IntN(60), g.digits(3), g.IntN(20), g.digits(7), g.IntN(9000))
	},
	"git diff": func(g gen) string {
		return fmt.Sprintf("index %s..%s 100644\n@@ -%d,7 +%d,9 @@ func main() {", g.from(hex16, 7), g.from(hex16, 7), g.IntN(900), g.IntN(900))
	},
	"JSON ids": func(g gen) string {
		return fmt.Sprintf(`{"id": %s, "parent": %s, "count": %d}`, g.digits(9), g.digits(10), g.IntN(1e6))
	},
	"snowflake": func(g gen) string { return "message 1" + g.digits(18) },
	"code": func(g gen) string {
		return fmt.Sprintf("for i := 0; i < %d; i++ { sum += a[i] * 0x%s }", g.IntN(1e5), g.from(hex16, 8))
	},
	"colour": func(g gen) string { return "color: #" + g.from(hex16, 6) + "; margin: 0 12px 4px 8px" },
	"ISBN":   func(g gen) string { return "ISBN 978-3-16-" + g.digits(6) + "-" + g.digits(1) },
	"bytes": func(g gen) string {
		return fmt.Sprintf("%d bytes (%d MB) in %d.%02ds", g.IntN(1e9), g.IntN(1000), g.IntN(99), g.IntN(100))
	},
	"model": func(g gen) string {
		return "part no. " + g.from(letters, 2) + "-" + g.digits(5) + "-" + g.from(letters, 1)
	},
	"ticket": func(g gen) string { return "see JIRA-" + g.digits(5) + " and #" + g.digits(4) },
	"hex dump": func(g gen) string {
		return grouped(g.from(hex16, 32), " ", 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2)
	},
	"identifier": func(g gen) string {
		return "getElementById('" + g.from(smalls, 8) + "_" + g.digits(3) + "').value"
	},
	"phone-like": func(g gen) string {
		return fmt.Sprintf("room %d-%d, floor %d, %d people", 100+g.IntN(900), g.IntN(99), g.IntN(40), g.IntN(500))
	},
	"no country": func(g gen) string { return "my phone is +210" + g.digits(7) }, // 210 is not assigned (ITU-T E.164)
	"random ten": func(g gen) string { return "number " + g.digits(10) },
}

func uuid(g gen) string { return grouped(g.from(hex16, 32), "-", 8, 4, 4, 4, 12) }

// perNone is how many texts of each kind are scanned: enough that the bound of a
// hundredth is not met by luck where the rate is a third of it.
const perNone = 1000

func TestNumbersThatAreNoneAreNotSure(t *testing.T) {
	e := builtinRuleset(t).Engine
	g := newGen(41)
	cases, all := 0, 0
	for _, name := range slices.Sorted(maps.Keys(noNumbers)) { // in one order, or each run would draw other texts
		write := noNumbers[name]
		wrong, seen := 0, ""
		for i := range perNone {
			cases++
			text := []string{"about %s then", "看一下%s吧", "%s"}[i%3]
			text = fmt.Sprintf(text, write(g))
			if found := scanText(e, text); above(found, 0.3) {
				wrong++
				seen = fmt.Sprintf("%q: %s", text, brief(found, text))
			}
		}
		all += wrong
		if ratio(wrong, perNone) > 0.01 {
			t.Errorf("%s: %d of %d are found above low: %s", name, wrong, perNone, seen)
		}
	}
	t.Logf("%d of %d are found above low", all, cases)
	if cases != len(noNumbers)*perNone || cases < 40000 {
		t.Errorf("%d cases ran", cases)
	}
}
