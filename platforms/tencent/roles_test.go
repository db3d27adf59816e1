package tencent

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

func roleAnswer(role string) string {
	return `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"UserIdList":[{"Member_Account":"eve","Role":"Owner"},{"Member_Account":"bob","Role":"` + role + `"}]}`
}

func TestAuthority(t *testing.T) {
	a := newAdapter(t, nil)
	group, work := a.group("@TGS#1", "Public"), a.group("@TGS#1", "Private")
	topic, live := a.topic("@TGS#_1", "@TGS#_1@TOPIC#_2"), a.group("@TGS#a", "AVChatRoom")
	live.Kind = models.Live
	fail := func(code int) string {
		return fmt.Sprintf(`{"ActionStatus":"FAIL","ErrorInfo":"","ErrorCode":%d}`, code)
	}
	info := func(code int, owner string) string {
		return fmt.Sprintf(`{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"GroupInfo":[{"GroupId":"@TGS#a","ErrorCode":%d,"ErrorInfo":"","Type":"Live","Owner_Account":%q},{"GroupId":"@TGS#b","ErrorCode":0,"Owner_Account":"bob"}]}`, code, owner)
	}
	for _, tc := range []struct {
		name       string
		c          models.Conversation
		role, info string // answers
		want       models.Role
		class      platforms.Class
	}{
		{"owner", group, roleAnswer("Owner"), "", models.RoleOwner, ""},
		{"admin", group, roleAnswer("Admin"), "", models.RoleAdmin, ""},
		{"padded", group, roleAnswer("Admin "), "", models.RoleAdmin, ""},
		{"member", group, roleAnswer("Member"), "", models.RoleMember, ""},
		{"not a member", group, roleAnswer("NotMember"), "", models.RoleNone, ""},
		{"a role of tomorrow", group, roleAnswer("Regent"), "", models.RoleUnknown, ""},
		{"not in the answer", group, strings.Replace(roleAnswer("Owner"), "bob", "bobby", 1), "", models.RoleNone, ""},
		{"admin of a Work group", work, roleAnswer("Admin"), "", models.RoleMember, ""},
		{"owner of a Work group", work, roleAnswer("Owner"), "", models.RoleOwner, ""},
		{"in a topic", topic, roleAnswer("Admin"), "", models.RoleAdmin, ""},
		{"a group that is gone", group, fail(10010), "", models.RoleNone, ""},
		{"a group that never was", group, fail(10015), "", models.RoleNone, ""},
		{"the service is troubled", group, fail(10002), "", models.RoleUnknown, platforms.Transient},
		{"no list", group, okAnswer, "", models.RoleUnknown, platforms.Lost},
		{"owner of a live group", live, "", info(0, "bob"), models.RoleOwner, ""},
		{"anyone else in a live group", live, "", info(0, "eve"), models.RoleNone, ""},
		{"a live group that is gone", live, "", info(10010, "bob"), models.RoleNone, ""},
		{"a live group in trouble", live, "", info(10002, "bob"), models.RoleUnknown, platforms.Transient},
		{"a live group that was not known as one", a.group("@TGS#a", ""), fail(10007), info(0, "bob"), models.RoleOwner, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newStub(t)
			s.on("get_role_in_group", tc.role)
			s.on("get_group_info", tc.info)
			got, err := s.adapter().Authority(t.Context(), tc.c, "bob")
			if got != tc.want || (err == nil) != (tc.class == "") || err != nil && platforms.ClassOf(err) != tc.class {
				t.Errorf("Authority = %q, %v, want %q, class %q", got, err, tc.want, tc.class)
			}
			many, err := s.adapter().Authorities(t.Context(), tc.c, []string{"bob"})
			if many["bob"] != tc.want || (err == nil) != (tc.class == "") {
				t.Errorf("Authorities = %v, %v, want %q, class %q", many, err, tc.want, tc.class)
			}
		})
	}
}

func TestAuthorityRequests(t *testing.T) {
	s := newStub(t)
	s.on("get_role_in_group", roleAnswer("Admin"))
	s.on("get_group_info", okAnswer)
	a := s.adapter()
	if role, err := a.Authority(t.Context(), a.direct("bob", "eve"), "bob"); role != models.RoleNone || err != nil || s.count() != 0 {
		t.Errorf("one-to-one: %q, %v after %d calls", role, err, s.count())
	}
	if _, err := a.Authority(t.Context(), a.topic("@TGS#_1", "@TGS#_1@TOPIC#_2"), "bob"); err != nil {
		t.Fatal(err)
	}
	if want := `{"GroupId":"@TGS#_1","User_Account":["bob"]}`; s.last() != want {
		t.Errorf("request %s, want the community's: %s", s.last(), want)
	}
	_, _ = a.Authority(t.Context(), a.group("@TGS#a", "Live"), "bob")
	if want := `{"GroupIdList":["@TGS#a"],"ResponseFilter":{"GroupBaseInfoFilter":["Type","Owner_Account"]}}`; s.last() != want {
		t.Errorf("request %s, want %s", s.last(), want)
	}
}

// Many accounts of one group are asked for at once, as many as the service takes.
func TestAuthoritiesOfMany(t *testing.T) {
	s := newStub(t)
	s.on("get_role_in_group", roleAnswer("Admin"))
	a := s.adapter()
	accounts := []string{"bob", "eve"}
	for i := range 600 {
		accounts = append(accounts, fmt.Sprintf("user%d", i))
	}
	got, err := a.Authorities(t.Context(), a.group("@TGS#1", "Public"), accounts)
	if err != nil || len(got) != 602 || got["bob"] != models.RoleAdmin || got["eve"] != models.RoleOwner || got["user7"] != models.RoleNone {
		t.Errorf("Authorities = %d roles, %v", len(got), err)
	}
	if s.count() != 2 {
		t.Errorf("%d calls, want 2", s.count())
	}
}

func TestModerates(t *testing.T) {
	entry := func(id, typ, role string) string {
		return fmt.Sprintf(`{"GroupId":%q,"Type":%q,"SelfInfo":{"Role":%q}}`, id, typ, role)
	}
	all := []string{
		entry("owned", "Public", "Owner"), entry("admin", "Meeting", "Admin"), entry("member", "Public", "Member"),
		entry("work", "Private", "Admin"), entry("workowner", "Work", "Owner"), entry("live", "AVChatRoom", "Admin"), entry("liveowner", "AVChatRoom", "Owner"),
		`{"GroupId":"silent","Type":"Public"}`,
	}
	for range 100 {
		all = append(all, entry("member", "Public", "Member"))
	}
	all = append(all, entry("last", "Public", "Admin"))
	s := newStub(t)
	s.answers["get_joined_group_list"] = func(body map[string]any) string {
		list := all
		if body["SupportTopic"] != nil {
			list = []string{entry("topics", "Community", "Admin"), entry("owned", "Public", "Owner")}
		}
		from := min(int(number(body["Offset"])), len(list))
		to := min(from+int(number(body["Limit"])), len(list))
		return fmt.Sprintf(`{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"TotalCount":%d,"GroupIdList":[%s]}`, len(list), strings.Join(list[from:to], ","))
	}
	got, err := s.adapter().Moderates(t.Context(), "bob")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"owned", "admin", "workowner", "liveowner", "last", "topics"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Moderates (-want +got):\n%s", diff)
	}
	if s.count() != 3 {
		t.Errorf("%d calls, want two pages and one for communities", s.count())
	}
	s.on("get_joined_group_list", `{"ActionStatus":"FAIL","ErrorInfo":"","ErrorCode":10002}`)
	if _, err := s.adapter().Moderates(t.Context(), "bob"); platforms.ClassOf(err) != platforms.Transient {
		t.Errorf("Moderates = %v, want class %s", err, platforms.Transient)
	}
}
