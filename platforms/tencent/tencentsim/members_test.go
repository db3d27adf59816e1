package tencentsim_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

func TestRolesInGroup(t *testing.T) {
	b := newBench(t).team()
	roles := func(group string) (out []string) {
		a := b.call("group_open_http_svc/get_role_in_group", fmt.Sprintf(`{"GroupId":%q,"User_Account":["ann","bob","cid","zoe"]}`, group))
		if code(a) != 0 {
			return []string{strconv.Itoa(code(a))}
		}
		for _, v := range a["UserIdList"].([]any) {
			out = append(out, v.(object)["Role"].(string))
		}
		return out
	}
	equal(t, []string{"Owner", "Admin", "Member", "NotMember"}, roles("public"))
	equal(t, []string{"Owner", "Member", "Member", "NotMember"}, roles("work"))
	equal(t, []string{"Owner", "Admin", "Member", "NotMember"}, roles("town"))
	equal(t, []string{"10007"}, roles("live"))
	equal(t, []string{"10010"}, roles("nowhere"))
	if err := b.sim.SetRole("ann", "public", "cid", tencentsim.Admin); err != nil {
		t.Fatal(err)
	}
	if err := b.sim.ChangeOwner("ann", "public", "bob"); err != nil {
		t.Fatal(err)
	}
	equal(t, []string{"Member", "Owner", "Admin", "NotMember"}, roles("public"))
}

func TestRoleChangesAreRefusedWhereThereAreNoAdmins(t *testing.T) {
	b := newBench(t).team()
	for _, c := range []struct {
		group, account string
		role           tencentsim.Role
		want           int
	}{
		{"work", "cid", tencentsim.Admin, 10007},
		{"live", "cid", tencentsim.Admin, 10007},
		{"public", "ann", tencentsim.Member, 10007},
		{"public", "zoe", tencentsim.Admin, 10004},
		{"public", "cid", tencentsim.Owner, 10004},
		{"meeting", "cid", tencentsim.Admin, 0},
	} {
		if got := codeOf(b.sim.SetRole("ann", c.group, c.account, c.role)); got != c.want {
			t.Errorf("%s in %s: code %d, want %d", c.account, c.group, got, c.want)
		}
	}
	err := b.sim.CreateGroup(tencentsim.GroupSpec{ID: "w", Type: "Work", Owner: "ann", Members: map[string]tencentsim.Role{"bob": tencentsim.Admin}})
	if err == nil {
		t.Error("a work group was made with an admin")
	}
}

func TestMemberEvents(t *testing.T) {
	b := newBench(t).team()
	steps := []error{
		b.sim.Join("ann", "public", "eve", "fay"), b.sim.Join("gus", "public", "gus"), b.sim.Kick("bob", "public", "eve"),
		b.sim.Leave("public", "fay"), b.sim.SetRole("ann", "public", "cid", tencentsim.Admin),
		b.sim.ChangeOwner("ann", "public", "bob"), b.sim.Rename("bob", "public", "New"), b.sim.Destroy("public"),
	}
	for i, err := range steps {
		if err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
	}
	var got []string
	for _, h := range b.flush("") {
		words := []string{h.body["CallbackCommand"].(string)}
		for _, k := range []string{"JoinType", "ExitType", "Operator_Account", "Modified_Account", "Role", "OldOwner_Account", "NewOwner_Account", "Name"} {
			if v, ok := h.body[k]; ok {
				words = append(words, fmt.Sprint(v))
			}
		}
		got = append(got, strings.Join(words, " "))
	}
	equal(t, []string{
		"Group.CallbackAfterNewMemberJoin Invited ann",
		"Group.CallbackAfterNewMemberJoin Apply gus",
		"Group.CallbackAfterMemberExit Kicked bob",
		"Group.CallbackAfterMemberExit Quit fay",
		"Group.CallbackAfterMemberFieldChanged ann cid Admin",
		"Group.CallbackAfterChangeGroupOwner ann ann bob",
		"Group.CallbackAfterGroupInfoChanged bob New",
		"Group.CallbackAfterGroupDestroyed New",
	}, got)
	if got := code(b.call(recallAPI, `{"GroupId":"public","MsgSeqList":[{"MsgSeq":1}]}`)); got != 10010 {
		t.Errorf("disbanded: code %d, want 10010", got)
	}
}

func TestGroupInfo(t *testing.T) {
	b := newBench(t).team()
	b.post("public", "cid", "1")
	a := b.call("group_open_http_svc/get_group_info",
		`{"GroupIdList":["public","nowhere"],"ResponseFilter":{"GroupBaseInfoFilter":["Type","NextMsgSeq","Owner_Account"],"MemberInfoFilter":["Account","Role"]}}`)
	want := []any{
		object{
			"GroupId": "public", "ErrorCode": 0.0, "ErrorInfo": "", "Type": "Public", "NextMsgSeq": 2.0, "Owner_Account": "ann", "MemberList": []any{
				object{"Member_Account": "ann", "Role": "Owner"},
				object{"Member_Account": "bob", "Role": "Admin"},
				object{"Member_Account": "cid", "Role": "Member"},
				object{"Member_Account": "dan", "Role": "Member"},
			},
		},
		object{"GroupId": "nowhere", "ErrorCode": 10010.0, "ErrorInfo": "this group does not exist"},
	}
	if diff := cmp.Diff(want, a["GroupInfo"]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMemberPages(t *testing.T) {
	b := newBench(t).team()
	names := func(a object) (out []string) {
		for _, v := range a["MemberList"].([]any) {
			out = append(out, v.(object)["Member_Account"].(string))
		}
		return out
	}
	const api = "group_open_http_svc/get_group_member_info"
	equal(t, []string{"bob", "cid"}, names(b.call(api, `{"GroupId":"public","Limit":2,"Offset":1}`)))
	equal(t, []string{"ann", "bob"}, names(b.call(api, `{"GroupId":"public","MemberRoleFilter":["Owner","Admin"]}`)))
	first := b.call(api, `{"GroupId":"town","Limit":3,"Next":""}`)
	equal(t, []string{"ann", "bob", "cid"}, names(first))
	last := b.call(api, fmt.Sprintf(`{"GroupId":"town","Limit":3,"Next":%q}`, first["Next"]))
	equal(t, []string{"dan"}, names(last))
	equal(t, any(""), last["Next"])
	equal(t, 10007, code(b.call(api, `{"GroupId":"live"}`)))
}

func TestJoinedGroups(t *testing.T) {
	b := newBench(t).team()
	groups := func(body string) (out []string) {
		for _, v := range b.call("group_open_http_svc/get_joined_group_list", body)["GroupIdList"].([]any) {
			m := v.(object)
			self, _ := m["SelfInfo"].(object)
			out = append(out, fmt.Sprintf("%v %v", m["GroupId"], self["Role"]))
		}
		return out
	}
	self := `"ResponseFilter":{"SelfInfoFilter":["Role"]}`
	equal(t, []string{"work Member", "public Admin", "meeting Admin", "town Admin"}, groups(`{"Member_Account":"bob",`+self+`}`))
	equal(t, []string{"public Admin"}, groups(`{"Member_Account":"bob","GroupType":"Public",`+self+`}`))
	equal(t, []string{"public <nil>"}, groups(`{"Member_Account":"bob","Limit":1,"Offset":1}`))
	equal(t, 5, len(groups(`{"Member_Account":"bob","WithHugeGroups":1}`)))
	equal(t, nil, groups(`{"Member_Account":"nobody"}`))
}

func TestTopics(t *testing.T) {
	b := newBench(t).team()
	b.postAll(tencentsim.Post{Group: "town", Topic: tencentsim.TopicID("town", "b"), From: "cid", Text: "x"})
	var got []string
	for _, v := range b.call("million_group_open_http_svc/get_topic", `{"GroupId":"town"}`)["TopicAndSelfInfo"].([]any) {
		info := v.(object)["TopicInfo"].(object)
		got = append(got, fmt.Sprintf("%v %v %v", info["TopicId"], info["TopicName"], info["NextMsgSeq"]))
	}
	equal(t, []string{"town@TOPIC#_a First 1", "town@TOPIC#_b Second 2"}, got)
	equal(t, 10007, code(b.call("million_group_open_http_svc/get_topic", `{"GroupId":"public"}`)))
}

func TestReceipts(t *testing.T) {
	b := newBench(t).team()
	with := b.postAll(tencentsim.Post{Group: "public", From: "ann", Text: "read me", Receipt: true})
	without := b.post("public", "ann", "or not")
	if err := b.sim.Read("cid", "public", with.Seq); err != nil {
		t.Fatal(err)
	}
	equal(t, 10062, codeOf(b.sim.Read("cid", "public", without.Seq)))
	equal(t, 10007, codeOf(b.sim.Read("cid", "town", 1)))
	a := b.call("group_open_http_svc/get_group_msg_receipt", fmt.Sprintf(`{"GroupId":"public","MsgSeqList":[{"MsgSeq":%d},{"MsgSeq":%d}]}`, with.Seq, without.Seq))
	equal(t, any([]any{
		object{"Code": 0.0, "MsgSeq": float64(with.Seq), "ReadNum": 1.0, "UnreadNum": 2.0},
		object{"Code": 10062.0, "MsgSeq": float64(without.Seq), "ReadNum": 0.0, "UnreadNum": 0.0},
	}), a["GroupMsgReceiptList"])
	detail := b.call("group_open_http_svc/get_group_msg_receipt_detail", fmt.Sprintf(`{"GroupId":"public","MsgSeq":%d,"Filter":1,"Cursor":"","Count":1}`, with.Seq))
	equal(t, any([]any{object{"Unread_Account": "bob"}}), detail["UnreadList"])
	equal(t, any(0.0), detail["IsFinish"])
	hooks := b.flush("Group.CallbackAfterReadReceipt")
	if len(hooks) != 1 {
		t.Fatalf("%d receipt webhooks, want 1", len(hooks))
	}
	equal(t, any([]any{object{"MsgSeq": float64(with.Seq), "ReadNum": 1.0, "UnreadNum": 2.0, "ReadReceiptMembers": []any{object{"Member_Account": "cid"}}}}),
		hooks[0].body["GroupMsgReceiptList"])
}

func TestMuting(t *testing.T) {
	b := newBench(t).team()
	mute := func(group string, seconds int) int {
		return code(b.call("group_open_http_svc/forbid_send_msg", fmt.Sprintf(`{"GroupId":%q,"Members_Account":["cid"],"MuteTime":%d}`, group, seconds)))
	}
	say := func() int {
		_, err := b.sim.Post(t.Context(), tencentsim.Post{Group: "public", From: "cid", Text: "x"})
		return codeOf(err)
	}
	equal(t, []int{10007, 0, 10017, 0, 0}, []int{mute("work", 60), mute("public", 4294967295), say(), mute("public", 0), say()})
	mute("public", 60)
	a := b.call("group_open_http_svc/get_group_muted_account", `{"GroupId":"public"}`)
	equal(t, any("cid"), a["MutedAccountList"].([]any)[0].(object)["Member_Account"])
	equal(t, 0, code(b.call("group_open_http_svc/modify_group_member_info", `{"GroupId":"public","Member_Account":"cid","Role":"Admin","MuteTime":0}`)))
	equal(t, 0, say())
}

func TestPresence(t *testing.T) {
	b := newBench(t).team()
	a := b.call("openim/query_online_status", `{"To_Account":["cid","nobody"]}`)
	equal(t, any([]any{object{"To_Account": "cid", "Status": "Online"}}), a["QueryResult"])
	equal(t, any([]any{object{"To_Account": "nobody", "ErrorCode": 70107.0}}), a["ErrorList"])
	equal(t, 70107, code(b.call("openim/query_online_status", `{"To_Account":["nobody"]}`)))
}

func TestGroupMadeAnew(t *testing.T) {
	sim, err := tencentsim.New(tencentsim.Options{SDKAppID: appID, Key: demoKey, Admin: admin})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	spec := tencentsim.GroupSpec{ID: "g", Owner: "ann"}
	if err := sim.CreateGroup(spec); err != nil {
		t.Fatal(err)
	}
	post := func() uint32 {
		sent, err := sim.Post(t.Context(), tencentsim.Post{Group: "g", From: "ann", Text: "hi"})
		if err != nil {
			t.Fatal(err)
		}
		return sent.Seq
	}
	first := post()
	if err := sim.CreateGroup(spec); err == nil {
		t.Error("an id was given out twice")
	}
	if err := sim.Destroy("g"); err != nil {
		t.Fatal(err)
	}
	if err := sim.CreateGroup(spec); err != nil {
		t.Fatalf("made anew: %v", err)
	}
	if again := post(); again != first {
		t.Errorf("the numbers go on with %d, want %d", again, first)
	}
}
