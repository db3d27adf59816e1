package tencent

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

func TestLeaders(t *testing.T) {
	a := newAdapter(t, nil)
	fail := func(code int) string {
		return fmt.Sprintf(`{"ActionStatus":"FAIL","ErrorInfo":"","ErrorCode":%d}`, code)
	}
	const list = `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"MemberNum":9,"MemberList":[
		{"Member_Account":"bob","Role":"Admin "},{"Member_Account":"eve","Role":"Owner"},{"Member_Account":"sam","Role":"Member"},{"Member_Account":"","Role":"Admin"}]}`
	const info = `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"GroupInfo":[{"GroupId":"@TGS#1","ErrorCode":0,"ErrorInfo":"","Type":"Live","Owner_Account":"eve"}]}`
	owner, both := []models.Standing{{Account: "eve", Role: models.RoleOwner}}, []models.Standing{{Account: "eve", Role: models.RoleOwner}, {Account: "bob", Role: models.RoleAdmin}}
	live := a.group("@TGS#1", "AVChatRoom")
	live.Kind = models.Live
	for _, tc := range []struct {
		name    string
		c       models.Conversation
		members string
		want    []models.Standing
		class   platforms.Class
	}{
		{"a group", a.group("@TGS#1", "Public"), list, both, ""},
		{"a Work group", a.group("@TGS#1", "Private"), list, owner, ""},
		{"a topic", a.topic("@TGS#_1", "@TGS#_1@TOPIC#_2"), list, both, ""},
		{"a live group", live, "", owner, ""},
		{"a live group that was not known as one", a.group("@TGS#1", ""), fail(10007), owner, ""},
		{"one to one", a.direct("bob", "eve"), "", nil, ""},
		{"a group that is gone", a.group("@TGS#1", "Public"), fail(10010), nil, ""},
		{"the service is troubled", a.group("@TGS#1", "Public"), fail(10002), nil, platforms.Transient},
		{"no list", a.group("@TGS#1", "Public"), okAnswer, nil, platforms.Lost},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newStub(t)
			s.on("get_group_member_info", tc.members)
			s.on("get_group_info", info)
			got, err := s.adapter().Leaders(t.Context(), tc.c)
			if (err == nil) != (tc.class == "") || err != nil && platforms.ClassOf(err) != tc.class {
				t.Errorf("Leaders: %v, want class %q", err, tc.class)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("Leaders (-want +got):\n%s", diff)
			}
		})
	}
}
