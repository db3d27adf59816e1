package access

import (
	"strings"
	"testing"
	"time"
)

// TestTOTPIsThatOfTheRFC has the values of RFC 6238, appendix B, for SHA-1: the last
// six of their eight digits.
func TestTOTPIsThatOfTheRFC(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if got := totpCode(secret, at/totpPeriod); got != want {
			t.Errorf("at %d the code is %s, want %s", at, got, want)
		}
	}
}

func TestCheckTOTP(t *testing.T) {
	secret, now := NewTOTPSecret(), time.Unix(1_800_000_010, 0)
	step := now.Unix() / totpPeriod
	code := func(d int64) string { return totpCode(secret, step+d) }
	for _, tc := range []struct {
		what, code string
		last       int64
		step       int64
		fits, used bool
	}{
		{"this one", code(0), 0, step, true, false},
		{"as an app shows it", code(0)[:3] + " " + code(0)[3:], 0, step, true, false},
		{"the one before", code(-1), 0, step - 1, true, false},
		{"the one after", code(1), 0, step + 1, true, false},
		{"two before", code(-2), 0, 0, false, false},
		{"two after", code(2), 0, 0, false, false},
		{"the same again", code(0), step, 0, false, true},
		{"one before the last used", code(-1), step, 0, false, true},
		{"the next after the last used", code(1), step, step + 1, true, false},
		{"nothing", "", 0, 0, false, false},
		{"too short", code(0)[:5], 0, 0, false, false},
		{"letters", "abcdef", 0, 0, false, false},
	} {
		got, fits, used := CheckTOTP(secret, tc.code, now, tc.last)
		if got != tc.step || fits != tc.fits || used != tc.used {
			t.Errorf("%s: step %d, fits %v, used %v; want %d, %v, %v", tc.what, got-step, fits, used, tc.step-step, tc.fits, tc.used)
		}
	}
}

func TestTOTPURLSaysWhoAndWhat(t *testing.T) {
	got := TOTPURL("王 敏", []byte("12345678901234567890"))
	want := "otpauth://totp/takeback:%E7%8E%8B%20%E6%95%8F?issuer=takeback&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	if got != want {
		t.Errorf("TOTPURL = %s, want %s", got, want)
	}
}

func TestRecoveryCodesAreDifferentAndReadAsTyped(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range append(NewRecoveryCodes(), NewRecoveryCodes()...) {
		plain := RecoveryCode(" " + strings.ToUpper(c) + " ")
		if len(c) != 14 || plain != strings.ReplaceAll(c, "-", "") || seen[c] {
			t.Errorf("code %q is read as %q; seen before: %v", c, plain, seen[c])
		}
		seen[c] = true
	}
	for _, typed := range []string{"", "123456", "abcd-efgh", strings.Repeat("a", 13)} {
		if got := RecoveryCode(typed); got != "" {
			t.Errorf("RecoveryCode(%q) = %q", typed, got)
		}
	}
}
