package tencent

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/platforms"
)

// Test credentials, put together at run time.
var (
	testKey   = strings.Repeat("0f1e2d3c", 8)
	testToken = "xxxx" + "yyyy"
	testNow   = time.Unix(1669872112, 0)
)

func testConfig() Config {
	return Config{
		App: "main", SDKAppID: 1400000000, SecretKey: testKey, Admin: "administrator",
		API: "https://chat.invalid", WebhookToken: testToken, Now: func() time.Time { return testNow },
	}
}

func newAdapter(tb testing.TB, change func(*Config)) *Adapter {
	tb.Helper()
	c := testConfig()
	if change != nil {
		change(&c)
	}
	a, err := New(c)
	if err != nil {
		tb.Fatalf("New: %v", err)
	}
	return a
}

func sign(token string, at time.Time) (sign, requestTime string) {
	requestTime = strconv.FormatInt(at.Unix(), 10)
	sum := sha256.Sum256([]byte(token + requestTime))
	return hex.EncodeToString(sum[:]), requestTime
}

func query(command string, at time.Time) url.Values {
	s, requestTime := sign(testToken, at)
	return url.Values{
		"SdkAppid": {"1400000000"}, "CallbackCommand": {command}, "contenttype": {"json"},
		"ClientIP": {"127.0.0.1"}, "OptPlatform": {"RESTAPI"}, "Sign": {s}, "RequestTime": {requestTime},
	}
}

func TestSignVector(t *testing.T) {
	q := url.Values{
		"SdkAppid": {"1400000000"}, "RequestTime": {"1669872112"},
		"Sign": {"17773bc39a671d7b9aa835458704d2a6db81360a5940292b587d6d760d484061"},
	}
	if err := newAdapter(t, nil).Authenticate(platforms.Request{Query: q, Now: testNow}); err != nil {
		t.Errorf("Authenticate(the documentation's example) = %v, want nil", err)
	}
}

func TestAuthenticate(t *testing.T) {
	set := func(name string, values ...string) func(url.Values) { return func(q url.Values) { q[name] = values } }
	old, oldTime := sign(testToken, testNow.Add(-61*time.Second))
	next, nextTime := sign(testToken, testNow.Add(61*time.Second))
	edge, edgeTime := sign(testToken, testNow.Add(-60*time.Second))
	other, _ := sign(testToken+"z", testNow)
	good, goodTime := sign(testToken, testNow)
	for _, tc := range []struct {
		name   string
		change func(url.Values)
		ok     bool
	}{
		{"as the service sends it", func(url.Values) {}, true},
		{"an unknown parameter besides", set("Extra", "1"), true},
		{"at the edge of the window", func(q url.Values) { q["Sign"], q["RequestTime"] = []string{edge}, []string{edgeTime} }, true},
		{"too old", func(q url.Values) { q["Sign"], q["RequestTime"] = []string{old}, []string{oldTime} }, false},
		{"from the future", func(q url.Values) { q["Sign"], q["RequestTime"] = []string{next}, []string{nextTime} }, false},
		{"another token", set("Sign", other), false},
		{"upper case", set("Sign", strings.ToUpper(good)), false},
		{"cut short", set("Sign", good[:63]), false},
		{"no sign", func(q url.Values) { q.Del("Sign") }, false},
		{"empty sign", set("Sign", ""), false},
		{"no time", func(q url.Values) { q.Del("RequestTime") }, false},
		{"time with a sign", set("RequestTime", "+"+goodTime), false},
		{"time with a space", set("RequestTime", " "+goodTime), false},
		{"time with a zero in front", set("RequestTime", "0"+goodTime), false},
		{"time in hex", set("RequestTime", "0x63888b70"), false},
		{"sign twice", set("Sign", good, good), false},
		{"time twice", set("RequestTime", goodTime, goodTime), false},
		{"command twice", set("CallbackCommand", "A", "B"), false},
		{"sign twice by case", set("sign", good), false},
		{"unknown parameter twice", set("Extra", "1", "2"), false},
		{"a parameter without value", func(q url.Values) { q["Extra"] = nil }, false},
		{"another application", set("SdkAppid", "1400000001"), false},
		{"no application", func(q url.Values) { q.Del("SdkAppid") }, false},
		{"application by another spelling", func(q url.Values) { q.Del("SdkAppid"); q.Set("SDKAppID", "1400000000") }, false},
		{"too many parameters", func(q url.Values) {
			for i := range 40 {
				q.Set(fmt.Sprint("p", i), "1")
			}
		}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			q := query("Group.CallbackAfterSendMsg", testNow)
			tc.change(q)
			err := newAdapter(t, nil).Authenticate(platforms.Request{Query: q, Now: testNow})
			if (err == nil) != tc.ok {
				t.Fatalf("Authenticate = %v, want ok %v", err, tc.ok)
			}
			if err != nil && !errors.Is(err, platforms.ErrForged) {
				t.Errorf("Authenticate = %v, want an error that wraps ErrForged", err)
			}
		})
	}
}

// What nobody signed says nothing of a clock: only a right signature of another time
// is told apart.
func TestAStaleSignatureIsToldFromAWrongOne(t *testing.T) {
	a := newAdapter(t, nil)
	r := platforms.Request{Query: query("Group.CallbackAfterSendMsg", testNow), Now: testNow.Add(61 * time.Second)}
	if err := a.Authenticate(r); !errors.Is(err, platforms.ErrStale) {
		t.Errorf("Authenticate(signed a minute ago) = %v, want ErrStale", err)
	}
	if got := a.Clock(r); !got.Equal(testNow) {
		t.Errorf("Clock = %v, want %v", got, testNow)
	}
	r.Query.Set("Sign", strings.Repeat("0", 64))
	if err := a.Authenticate(r); errors.Is(err, platforms.ErrStale) || !errors.Is(err, platforms.ErrForged) {
		t.Errorf("Authenticate(not signed, of a minute ago) = %v, want ErrForged and not ErrStale", err)
	}
	if got := newAdapter(t, func(c *Config) { c.WebhookToken, c.AllowUnsigned = "", true }).Clock(r); !got.IsZero() {
		t.Errorf("Clock of what is not signed = %v, want none", got)
	}
}

func TestAuthenticateUnsigned(t *testing.T) {
	a := newAdapter(t, func(c *Config) { c.WebhookToken, c.AllowUnsigned = "", true })
	if err := a.Authenticate(platforms.Request{Query: url.Values{"SdkAppid": {"1400000000"}}, Now: testNow}); err != nil {
		t.Errorf("Authenticate(unsigned, allowed) = %v, want nil", err)
	}
	if err := a.Authenticate(platforms.Request{Query: url.Values{"SdkAppid": {"1"}}, Now: testNow}); err == nil {
		t.Error("Authenticate(unsigned, another application) = nil, want an error")
	}
}

func FuzzAuthenticate(f *testing.F) {
	f.Add(query("Group.CallbackAfterSendMsg", testNow).Encode())
	f.Add("SdkAppid=1400000000&Sign=&RequestTime=1669872112")
	f.Add("SdkAppid=1400000000&SdkAppid=1400000000&Sign=a&RequestTime=-1")
	f.Add("sdkappid=1400000000;Sign=%ff&RequestTime=99999999999999999999")
	a := newAdapter(f, nil)
	want, _ := sign(testToken, testNow)
	f.Fuzz(func(t *testing.T, raw string) {
		q, _ := url.ParseQuery(raw)
		err := a.Authenticate(platforms.Request{Query: q, Now: testNow})
		switch {
		case err != nil && !errors.Is(err, platforms.ErrForged):
			t.Errorf("an error that does not wrap ErrForged: %v", err)
		case err == nil && q.Get("RequestTime") == strconv.FormatInt(testNow.Unix(), 10) && q.Get("Sign") != want:
			t.Errorf("accepted a wrong signature")
		}
	})
}
