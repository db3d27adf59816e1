package tencentsim_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// vendorSig is the UserSig that the vendor's own library makes of demoKey for
// xiaojun at 1700000000, valid for 15552000 s.
var vendorSig = "eAEArABT-3siVExTLnZlciI6IjIuMCIsIlRMUy5pZGVudGlmaWVyIjoieGlhb2p1biIsIlRMUy5zZGthcHBpZCI6MTQw" +
	"MDAwMDAwMCwiVExTLmV4cGlyZSI6MTU1NTIwMDAsIlRMUy50aW1lIjoxNzAwMDAwMDAwLCJUTFMuc2lnIjoiTHZBN2QvSXc3Z1NzbnNrdlZ6QkRQT0ND" +
	"RGJ1TkN3NEdId1RDMGJpcCtCND0ifQoBAAD--9-DMfw_"

const (
	signedAt  = 1700000000
	lastValid = signedAt + 15552000
)

func TestUserSig(t *testing.T) {
	for _, c := range []struct {
		name, identifier, sig, key string
		app                        uint32
		at                         int64
		want                       int
	}{
		{"vendor's own", "xiaojun", vendorSig, demoKey, appID, signedAt, 0},
		{"last second", "xiaojun", vendorSig, demoKey, appID, lastValid, 0},
		{"expired", "xiaojun", vendorSig, demoKey, appID, lastValid + 1, 70001},
		{"other identifier", "somebody", vendorSig, demoKey, appID, signedAt, 70013},
		{"other key", "xiaojun", vendorSig, strings.ToUpper(demoKey), appID, signedAt, 70009},
		{"other app", "xiaojun", vendorSig, demoKey, appID + 1, signedAt, 70014},
		{"plain base64 alphabet", "xiaojun", strings.NewReplacer("-", "/", "_", "=", "*", "+").Replace(vendorSig), demoKey, appID, signedAt, 0},
		{"cut", "xiaojun", vendorSig[:40], demoKey, appID, signedAt, 70003},
		{"not base64", "xiaojun", "!!!!", demoKey, appID, signedAt, 70003},
		{"none", "xiaojun", "", demoKey, appID, signedAt, 60004},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, func(o *tencentsim.Options) {
				o.SDKAppID, o.Key, o.Admin = c.app, c.key, c.identifier
				o.Now = func() time.Time { return time.Unix(c.at, 0) }
			})
			q := b.query()
			q.Set("sdkappid", itoa(c.app))
			q.Set("identifier", c.identifier)
			q.Set("usersig", c.sig)
			_, answer, err := b.exchange(q, "openim/query_online_status", `{"To_Account":["`+c.identifier+`"]}`)
			if err != nil || code(answer) != c.want {
				t.Errorf("code %d, %v, want %d", code(answer), err, c.want)
			}
		})
	}
}

func TestOwnUserSigIsAccepted(t *testing.T) {
	b := newBench(t)
	q := b.query()
	q.Set("usersig", b.sim.UserSig(admin, time.Minute))
	if _, answer, err := b.exchange(q, "openim/query_online_status", `{"To_Account":["administrator"]}`); err != nil || code(answer) != 0 {
		t.Errorf("answer %v, %v", answer, err)
	}
}

func TestGate(t *testing.T) {
	b := newBench(t).team()
	set := func(k, v string) func(url.Values) { return func(q url.Values) { q.Set(k, v) } }
	del := func(k string) func(url.Values) { return func(q url.Values) { q.Del(k) } }
	const api, body = "group_open_http_svc/get_group_info", `{"GroupIdList":["work"]}`
	for _, c := range []struct {
		name   string
		change func(url.Values)
		api    string
		want   int
	}{
		{"as it should be", func(url.Values) {}, api, 0},
		{"no sdkappid", del("sdkappid"), api, 60012},
		{"other sdkappid", set("sdkappid", "1"), api, 60006},
		{"no identifier", del("identifier"), api, 60004},
		{"not the admin", func(q url.Values) { q.Set("identifier", "cid"); q.Set("usersig", b.sim.UserSig("cid", time.Hour)) }, api, 60010},
		{"no random", del("random"), api, 60002},
		{"random too big", set("random", "4294967296"), api, 60002},
		{"no contenttype", del("contenttype"), api, 60002},
		{"twice", func(q url.Values) { q.Add("random", "2") }, api, 60002},
		{"unknown command", func(url.Values) {}, "group_open_http_svc/nothing", 10003},
		{"unknown service", func(url.Values) {}, "nothing/nothing", 60009},
		{"wrong case", func(url.Values) {}, "group_open_http_svc/Get_Group_Info", 10003},
	} {
		q := b.query()
		c.change(q)
		status, answer, err := b.exchange(q, c.api, body)
		if err != nil || status != 200 || code(answer) != c.want {
			t.Errorf("%s: status %d, code %d, %v, want 200 and %d", c.name, status, code(answer), err, c.want)
		}
	}
}

func TestRateLimit(t *testing.T) {
	clock := newClock()
	b := newBench(t, func(o *tencentsim.Options) { o.Rate = 3; o.Now = clock.now }).team()
	const info, roles = "group_open_http_svc/get_group_info", "group_open_http_svc/get_role_in_group"
	var got []int
	for range 4 {
		got = append(got, code(b.call(info, `{"GroupIdList":["work"]}`)))
	}
	got = append(got, code(b.call(roles, `{"GroupId":"work","User_Account":["cid"]}`))) // each API has its own
	clock.add(time.Second)
	got = append(got, code(b.call(info, `{"GroupIdList":["work"]}`)))
	equal(t, []int{0, 0, 0, 60007, 0, 0}, got)
}
