package validators

import (
	"strconv"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"pgregory.net/rapid"
)

var contactCases = map[string]struct{ good, bad []string }{
	"phone": {
		good: []string{"+1 650-253-0000", "+44 (0)20 7946 0958", "0044 20 7946 0958", "+86 138 0013 8000", "+49 30 1234567", "+390612345678", "+54 9 11 2345 6789", "+52 1 55 1234 5678", "+800 1234 5678"},
		bad:  []string{"", "+", "+1", "+1 150-253-0000", "+999 123456789", "+44 1", "6502530000", "+1 650 253 0000 0000 0000"},
	},
	"phone_own": {good: []string{"+1 650-253-0000", "+1 650-253-0000 ext. 12", "+44 7911 123456x3", "+44 7911 123456"}, bad: []string{"", "+1 800 253 0000", "+44 871 230 0220", "+800 1234 5678"}},
	"phone_home": {
		good: []string{"(415) 555-2671", "020 7946 0958", "06 12 34 56 78", "030/1234567", "98765 41230", "9123 4567", "0612345678", "090-6170-1461"},
		bad:  []string{"", "12345", "20240115", "1111111111", "0000000000", "1234567", "09061701461", "0800 169 6031", "800-555-0199"},
	},
	"local_ip":  {good: []string{"10.0.0.1", "192.168.1.1", "fe80::1", "fe80::1%eth0", "::10.0.0.1", "100.64.0.1"}, bad: []string{"", "8.8.8.8", "127.0.0.1", "300.1.1.1"}},
	"public_ip": {good: []string{"8.8.8.8", "2001:4860:4860::8888", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8", "2001:4860::1%eth0"}, bad: []string{"", "10.0.0.1", "0.1.2.3", "face::cafe", "::1", "255.255.255.255"}},
	"domain":    {good: []string{"a@example.com", "a@почта.рф"}, bad: []string{"", "a@b", "a@2x.png", "a@kiosk.Valid"}},
	"coordinates": {
		good: []string{"40.7128, -74.0060", "40°42'46\"N 74°0'22\"W", "E116.3974 N39.9093", "33.8688 S, 151.2093 E"},
		bad:  []string{"", "91.0000, 91.0000", "10.0000, 181.0000", "0.0000, 0.0000", "40°72'46\"N 74°0'22\"W", "1 2 3"},
	},
	"directed":  {good: []string{"40.7128, -74.0060", "33.8688 S, 151.2093 E", "31.2304, 121.4737"}, bad: []string{"", "3.14159, 2.71828"}},
	"full_name": {good: []string{"Jane Doe", "DOE, JANE"}, bad: []string{"", "Jane", "first last"}},
	"person_name": {
		good: []string{"张三", "欧阳娜娜", "Jane Doe", "司马光"},
		bad:  []string{"", "不详的", "unknown", "您的名字是", "first last"},
	},
	"qq":      {good: []string{"10001", "1234567891"}, bad: []string{"", "1234", "012345", "123456789012"}},
	"wechat":  {good: []string{"jane_doe", "wxid_abc123def456", "zhangsan88"}, bad: []string{"", "jane", "account", "messages", strings.Repeat("a", 21)}},
	"cn_home": {good: []string{"中关村大街27号1101室", "科技园路8号2栋503", "南京西路1266弄3号"}, bad: []string{"", "北京市中关村大街27号", "上海市"}},
	"zip_state": {
		good: []string{"350 Fifth Avenue, New York, NY 10118", "10 Downing Street, London SW1A 2AA", "1 Main St, Springfield, IL 62701-1234"},
		bad:  []string{"", "350 Fifth Avenue", "10 Downing Street, London", "1 Main St ZZ 10118"},
	},
}

func TestContact(t *testing.T) {
	if len(contactCases) != len(contact) {
		t.Errorf("%d of %d validators have cases", len(contactCases), len(contact))
	}
	for name, tt := range contactCases {
		testValues(t, contact, name, tt.good, tt.bad)
	}
}

func TestPhoneAtHome(t *testing.T) {
	for _, tt := range []struct {
		region, number string
		want           bool
	}{
		{"US", "(415) 555-2671", true},
		{"US", "1-415-555-2671", true},
		{"US", "(115) 555-2671", false},
		{"GB", "020 7946 0958", true},
		{"GB", "07911 123456", true},
		{"GB", "+1 650-253-0000", true},
		{"FR", "06 12 34 56 78", true},
		{"IT", "06 1234 5678", true},
		{"HU", "06 20 123 4567", true},
		{"RU", "8 (912) 345-67-89", true},
	} {
		check, err := phoneCheck(false)(tt.region)
		if err != nil || check(tt.number) != tt.want {
			t.Errorf("phone:%s(%q) is not %t (%v)", tt.region, tt.number, tt.want, err)
		}
	}
	for _, region := range []string{"us", "USA", "ZZ", "+"} {
		if _, err := phoneCheck(false)(region); err == nil {
			t.Errorf("the country %q is taken", region)
		}
	}
}

// Every country's example numbers exist, and libphonenumber and the table
// agree about any other number.
func TestPhoneExamples(t *testing.T) {
	ran := 0
	for region := range phonenumbers.GetSupportedRegions() {
		n := phonenumbers.GetExampleNumber(region)
		if n == nil {
			continue
		}
		ran++
		if v := phonenumbers.Format(n, phonenumbers.INTERNATIONAL); !codedPhone(v, false) {
			t.Errorf("%s: %s does not exist", region, v)
		}
		check, err := phoneCheck(false)(region)
		if v := phonenumbers.Format(n, phonenumbers.NATIONAL); err != nil || !check(v) {
			t.Errorf("%s: %s does not exist (%v)", region, v, err)
		}
	}
	if ran < 240 {
		t.Errorf("only %d countries were asked", ran)
	}
}

func TestPhoneAgrees(t *testing.T) {
	metadata, err := phonenumbers.MetadataCollection()
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, m := range metadata.GetMetadata() {
		if m.GetNationalPrefixForParsing() == m.GetNationalPrefix() { // the others rewrite what was dialled
			codes = append(codes, strconv.Itoa(int(m.GetCountryCode())))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		code, number := rapid.SampledFrom(codes).Draw(t, "code"), rapid.StringMatching(`[1-9]\d{5,11}`).Draw(t, "number")
		if strings.HasPrefix(number, code) {
			return // the library takes it for a code that was written twice
		}
		v := "+" + code + number
		n, err := phonenumbers.Parse(v, "")
		want := err == nil && phonenumbers.IsValidNumber(n)
		if got := codedPhone(v, false); got != want {
			t.Fatalf("codedPhone(%q) = %t, libphonenumber says %t", v, got, want)
		}
	})
}

func FuzzContact(f *testing.F) {
	for _, tt := range contactCases {
		for _, v := range append(tt.good, tt.bad...) {
			f.Add(v)
		}
	}
	f.Fuzz(func(_ *testing.T, v string) {
		for name, c := range contact {
			check, err := c.Make("")
			if err != nil {
				continue
			}
			_ = name
			check(v)
		}
	})
}

func BenchmarkPhone(b *testing.B) {
	for b.Loop() {
		codedPhone("+49 30 12345678", false)
	}
}
