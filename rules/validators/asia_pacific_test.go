package validators

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// asiaSpecimens are numbers that the authorities and their manuals print, and
// near misses of them.
var asiaSpecimens = map[string]struct{ good, bad []string }{
	"cn_region":              {[]string{"110105194912", "513701", "650100", "810000", "830000", "931156", "110000", "429004"}, []string{"115505", "990105", "810101", "3", "", "440099", "9999"}},
	"cn_foreign_permit":      {[]string{"USA310181020307", "fra440075123106"}, []string{"USA990181020307", "USA310181130307", "US1310181020307", "USA"}},
	"cn_landline":            {[]string{"010-62770334", "(0755) 8601 3388", "+86 21 5292 3456", "0571-2685029", "0086-20-83063360", "0571-88886666-801", "010-62770334转8", "(86)755-26712345", "8621-52921234", "+86-0755-26712345", "86 2152923456", "02152923456"}, []string{"010-6277033", "0111-6277033", "0571-1685029", "010 12345678", "0207-1539996", "0", "021-529234567", "0999912345678"}},
	"cn_uscc":                {[]string{j("91350100M00", "0100Y43"), j("914403007152", "6726XG"), j("9111000080210", "0433b")}, []string{j("91350100M00", "0100Y44"), j("91350100M00", "0100I43"), "9135010", j("91990100M00", "0100Y43"), j("B1350100M00", "0100Y43")}},
	"cn_org_code":            {[]string{j("91350100M00", "0100Y43"), j("914403007152", "6726XG"), "D2143569-X"}, []string{j("91350100M00", "0100Z43"), "D2143568-X", "", "x"}},
	"cn_plate":               {[]string{"京A12345", "粤B·12D45", "沪AD12345", "苏A12345F", "鲁K1234学", "WJ京1234X", "使014578", "粤Z1234港", "空A12345"}, []string{"京AABCD5", "京AD1234X", "京A1", "京", ""}},
	"mixed_digits":           {[]string{"12345678", "E1000000", "11-12"}, []string{"11-11", "E000", "", "AB"}},
	"no_date":                {[]string{"12345678", "1990010", "19901301"}, []string{"19900101", "2024-02-29"}},
	"hk_id":                  {[]string{"A123456(3)", "AB987654(3)", "a1234563"}, []string{"A123456(4)", "1A23456(3)", "A12345B3", "A12345", "", "A123456(B)"}},
	"tw_national_id":         {[]string{j("A1234", "56789"), j("A8000", "00014"), j("AC010", "39777")}, []string{j("A1234", "56788"), j("A3234", "56789"), "A12345678", "1234567890", ""}},
	"tw_ubn":                 {[]string{"04595257", "22099131", "10458575"}, []string{"04595258", "00000000", "2209913"}},
	"jp_my_number":           {[]string{"1234 5678 9018", "123456789018"}, []string{"123456789012", "12345678901", ""}},
	"jp_driver_license":      {[]string{"459803358720", "309012345620", "30 90 12345620"}, []string{"309012345630", "159012345620", "30901234562"}},
	"jp_driver_license_area": {[]string{"459803358730", "97 0000000000"}, []string{"159012345620", "9790"}},
	"kr_rrn_date":            {[]string{"971013-9019902", "000229-3123456", "851231-5123456"}, []string{"971313-1234567", "010229-3123456", "97101"}},
	"kr_rrn":                 {[]string{j("971013-90", "19902")}, []string{j("971013-90", "19903"), "971313-1234567", ""}},
	"kr_frn":                 {[]string{j("861012-51", "23456")}, []string{j("861012-51", "23457"), j("861012-11", "23456")}},
	"kr_brn":                 {[]string{"116-82-00276", "220-81-62517"}, []string{"116-82-00277", "000-00-00000", "1168200"}},
	"kr_driver_license_area": {[]string{"11-22-123456-12", "서울 12-345678-90", "28-99-000000-01"}, []string{"10-22-123456-12", "27-22-123456-12", "11-22"}},
	"sg_nric":                {[]string{"S1234567D", "T0000001E", "F1234567N", "G1234567X", "m5398242l"}, []string{"S1234567E", "A1234567D", "S12345678", "S123456D", ""}},
	"sg_uen":                 {[]string{"00192200M", "197401143C", "S16FC0121D", "T01FC6132D"}, []string{"00192200N", "197401143D", "T01ZZ6132D", "T01FC6132X", "123"}},
	"my_mykad":               {[]string{"770305-02-1234", "000229-14-5678"}, []string{"771305-02-1234", "770305-00-1234", "770305-97-1234", "7703"}},
	"th_tnin":                {[]string{"1-2345-45678-78-1", "1234545678781"}, []string{"1234545678789", "9234545678781", "12345"}},
	"id_nik":                 {[]string{"3171011708450001", "3204104509870001"}, []string{"3171013208450001", "9971011708450001", "3171011713450001", "3171001708450001", "31"}},
	"id_npwp":                {[]string{"01.312.166.0-091.000", "0013121660091000"}, []string{"01.312.166.1-091.000", "00.000.000.0-091.000", "013121660"}},
	"vn_cccd":                {[]string{"001099123456", "079 203 001234"}, []string{"003099123456", "001999123456", "00109912345"}},
	"in_aadhaar":             {[]string{"2341 2341 2346", "234123412346"}, []string{"234123412347", "123412341234", "222222222222", "2341"}},
	"verhoeff":               {[]string{"2363", "758722", "123451"}, []string{"2364", "0", ""}},
	"in_gstin":               {[]string{j("27AAPFU0939", "F1ZV")}, []string{j("27AAPFU0939", "F1ZW"), j("77AAPFU0939", "F1ZV"), "27"}},
	"in_epic":                {[]string{"WKH1186253"}, []string{"WKH1186263", "WKH118"}},
	"in_state":               {[]string{"KA01AB1234", "22BH1234AA", "dl-3c-1234"}, []string{"ZZ01AB1234", "20BH1234", "KA", "A1AB"}},
	"in_licence":             {[]string{"KA01 20100012345", "MH-1420110062821"}, []string{"KA01 18100012345", "ZZ0120100012345", "KA012010001234"}},
	"pk_cnic":                {[]string{"34201-0891231-8", "9120108912319"}, []string{"04201-0891231-8", "34201-0891231-0", "34201-0000000-8", "34201"}},
	"bd_nid":                 {[]string{"2692618912345", "19852692618912345"}, []string{"0292618912345", "18852692618912345", "1234567890"}},
	"lk_nic":                 {[]string{"641042757V", "196410402757", "197419202757", "856042757x"}, []string{"643992757V", "180010402757", "640002757V", "64"}},
	"au_tfn":                 {[]string{"123 456 782", "876543210", "37 118 629"}, []string{"123 456 783", "000000000", "00000000", "12"}},
	"au_medicare":            {[]string{"2123 45670 1", "2428 77813 2", "2428 77813 2/1"}, []string{"2123 45671 1", "7123456701", "2123456700", "212"}},
	"au_abn":                 {[]string{"51 824 753 556", "53004085616"}, []string{"51 824 753 557", "5182475355", "01824753556"}},
	"au_acn":                 {[]string{"004 085 616", "010499966", "000 000 019"}, []string{"004 085 617", "000000000", "00408561"}},
	"nz_ird":                 {[]string{"49-091-850", "35901981", "49098576", "136410132"}, []string{"136410133", "9125568", "49-091-851", "999999999"}},
	"nz_nhi":                 {[]string{"ZZZ0016", "zac5361", "ZBN77VL", "ABC12DV"}, []string{"ZZZ0017", "ABC1234", "ABI1235", "ZBN77VX", "1234567", "ZZZ"}},
	"nz_bank":                {[]string{"01-0902-0068389-00", "08-6523-1954512-001", "26-2600-0320871-032", "31-2800-0000000-00"}, []string{"01-0902-0068388-00", "08-6523-1954513-001", "26-2600-0320872-032", "99-0902-0068389-00", "01"}},
	"nz_branch":              {[]string{"01-0902-0068388-00", "38-9000-0000000-000"}, []string{"07-0902-0068389-00", "01-7902-0068389-00", ""}},
}

// asiaLone are the names under which the same check has no weight.
var asiaLone = map[string]string{
	"hk_id_lone": "hk_id", "jp_my_number_lone": "jp_my_number", "th_tnin_lone": "th_tnin", "aadhaar_lone": "in_aadhaar",
	"au_tfn_lone": "au_tfn", "au_abn_lone": "au_abn", "au_acn_lone": "au_acn", "nz_ird_lone": "nz_ird", "nz_nhi_lone": "nz_nhi",
}

func TestAsiaPacific(t *testing.T) {
	ran := 0
	for name, v := range asiaPacific {
		of := name
		if same, ok := asiaLone[name]; ok {
			of = same
			if v.Checksum {
				t.Errorf("%s counts as a check digit", name)
			}
		}
		tt := asiaSpecimens[of]
		if len(tt.good) == 0 || len(tt.bad) == 0 {
			t.Errorf("the validator %s has no test", name)
			continue
		}
		ran++
		check, err := v.Make("")
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range tt.good {
			if !check(v) {
				t.Errorf("%s refuses %q", name, v)
			}
		}
		for _, v := range tt.bad {
			if check(v) {
				t.Errorf("%s accepts %q", name, v)
			}
		}
	}
	if want := len(asiaPacific); ran != want || len(asiaSpecimens)+len(asiaLone) != want {
		t.Errorf("%d validators were tested of %d, with %d rows", ran, want, len(asiaSpecimens)+len(asiaLone))
	}
}

// asiaBodies are regexps of everything but the check character (at the end, or
// where ? stands), the characters it is one of, and how many of them pass at most.
var asiaBodies = []struct {
	name, body, checks string
	least, most        int
}{
	{"cn_id", `1101051949(0[1-9]|1[0-2])(0[1-9]|1\d)\d{3}`, "0123456789X", 1, 1},
	{"cn_uscc", `91(1101|4403)\d{2}[0-9A-H]{9}`, creditAlphabet, 1, 1},
	{"hk_id", `[A-Z]{1,2}\d{6}`, "0123456789A", 1, 1},
	{"tw_national_id", `[A-Z][12]\d{7}`, "0123456789", 1, 1},
	{"tw_national_id", `[A-Z][89A-D]\d{7}`, "0123456789", 1, 1},
	{"jp_my_number", `\d{11}`, "0123456789", 1, 1},
	{"kr_rrn", `[0-9]{2}0[1-9]1[0-9][1-4]\d{5}`, "0123456789", 1, 1},
	{"kr_frn", `[0-9]{2}0[1-9]1[0-9][5-8]\d{5}`, "0123456789", 1, 1},
	{"kr_brn", `[2-9]\d{8}`, "0123456789", 1, 1},
	{"sg_nric", `[STFGM]\d{7}`, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1, 1},
	{"sg_uen", `\d{8}`, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1, 1},
	{"th_tnin", `[1-8][1-9]\d{10}`, "0123456789", 1, 1},
	{"verhoeff", `\d{3,20}`, "0123456789", 1, 1},
	{"in_gstin", `2[0-9][A-Z]{5}\d{4}[A-Z][1-9]Z`, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1, 1},
	{"in_epic", `[A-Z]{3}\d{6}`, "0123456789", 1, 1},
	{"au_tfn", `\d{8}`, "0123456789", 0, 1},
	{"au_acn", `[1-9]\d{7}`, "0123456789", 1, 1},
	{"au_abn", `[1-9]\d{9}`, "0123456789", 0, 1},
	{"nz_ird", `[1-9]\d{6}`, "0123456789", 0, 1},
	{"nz_nhi", `[A-HJ-NP-Z]{3}\d{3}`, "0123456789", 0, 1},
	{"nz_nhi", `[A-HJ-NP-Z]{3}\d{2}[A-HJ-NP-Z]`, "ABCDEFGHJKLMNPQRSTUVWXYZ", 1, 2},
}

// Of the check characters that a number can have, one is right.
func TestAsiaPacificCheckCharacters(t *testing.T) {
	ran := 0
	for _, b := range asiaBodies {
		check, err := all[b.name].Make("")
		if err != nil {
			t.Fatal(err)
		}
		ran++
		rapid.Check(t, func(t *rapid.T) {
			body := rapid.StringMatching(b.body).Draw(t, "body")
			passed := 0
			for _, c := range b.checks {
				if check(body + string(c)) {
					passed++
				}
			}
			if passed < b.least || passed > b.most {
				t.Fatalf("%s: %d check characters of %s pass, want %d to %d", b.name, passed, body, b.least, b.most)
			}
		})
	}
	if ran != 21 {
		t.Errorf("%d kinds of number were tried, want 21", ran)
	}
}

// Verhoeff's scheme sees every wrong digit and every swap of two neighbours.
func TestVerhoeffSeesSlips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := []byte(rapid.StringMatching(`\d{4,16}`).Draw(t, "number"))
		for !verhoeff(string(v)) {
			v[len(v)-1] = '0' + (v[len(v)-1]-'0'+1)%10
		}
		i := rapid.IntRange(0, len(v)-2).Draw(t, "place")
		wrong := []byte(string(v))
		wrong[i] = '0' + (wrong[i]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		swapped := []byte(string(v))
		swapped[i], swapped[i+1] = v[i+1], v[i]
		if verhoeff(string(wrong)) || v[i] != v[i+1] && verhoeff(string(swapped)) {
			t.Fatalf("%s or %s passes for %s", wrong, swapped, v)
		}
	})
}

// Every province's identity numbers are known by their region.
func TestResidentRegions(t *testing.T) {
	ran := 0
	for p := range strings.FieldsSeq("11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65") {
		ran++
		if !isResidentRegion(p+"0102") || !isResidentRegion(p+"0000") || isResidentRegion(p+"9999") {
			t.Errorf("province %s is not known by its regions", p)
		}
	}
	if ran != len(prefectures) {
		t.Errorf("%d provinces were tried of %d", ran, len(prefectures))
	}
}
