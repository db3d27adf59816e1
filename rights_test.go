package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// The platform's own word decides in every kind of conversation: Work groups have
// no administrators, topics the roles of their community, live groups an owner
// alone, and a chat of two nobody.
func TestThePlatformsWordDecidesWhoMay(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, nil)
		people := map[string]tencentsim.Role{"adam": tencentsim.Admin, "mia": tencentsim.Member, "bob": tencentsim.Member}
		plain := map[string]tencentsim.Role{"adam": tencentsim.Member, "mia": tencentsim.Member, "bob": tencentsim.Member}
		topic := tencentsim.TopicID("@TGS#_com", "one")
		for _, g := range []tencentsim.GroupSpec{
			{ID: "public", Type: tencentsim.Public, Owner: "olga", Members: people},
			{ID: "work", Type: tencentsim.Work, Owner: "olga", Members: plain},
			{ID: "@TGS#_com", Type: tencentsim.Community, Owner: "olga", Members: people, Topics: []tencentsim.TopicSpec{{ID: "one", Name: "One"}}},
			{ID: "live", Type: tencentsim.Live, Owner: "olga", Members: plain},
		} {
			if err := w.sim.CreateGroup(g); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.sim.SetRole("olga", "work", "adam", tencentsim.Admin); err == nil {
			t.Error("the simulator gives a Work group an administrator")
		}
		operator := w.operator(t)
		tokens := map[string]string{"operator": operator}
		for _, name := range []string{"olga", "adam", "mia", "eve"} {
			tokens[name] = w.token(t, models.Caller{Grant: models.GrantModerator, Account: models.Account{App: demoApp, Name: name}})
		}
		rows := 0
		for _, tt := range []struct {
			group, topic, conversation string
			want                       map[string]int
		}{
			{"public", "", "public", map[string]int{"olga": 202, "adam": 202, "mia": 403, "eve": 404, "operator": 202}},
			{"work", "", "work", map[string]int{"olga": 202, "adam": 403, "mia": 403, "eve": 404, "operator": 202}},
			{"@TGS#_com", topic, topic, map[string]int{"olga": 202, "adam": 202, "mia": 403, "eve": 404, "operator": 202}},
			{"live", "", "live", map[string]int{"olga": 202, "adam": 404, "mia": 404, "eve": 404, "operator": 202}},
			{"", "", "bob:olga", map[string]int{"olga": 403, "adam": 404, "mia": 404, "eve": 404, "operator": 202}},
		} {
			for who, want := range tt.want {
				id := w.messageID(t, operator, tt.conversation, w.said(t, tt.group, tt.topic))
				status, got := w.call(t, tokens[who], http.MethodPost, "/api/v1/recalls", map[string]any{
					"messages": []string{id}, "reason": map[string]any{"code": "abuse"},
				})
				if status != want {
					t.Errorf("%s in %s: %d %v, want %d", who, tt.conversation, status, got["detail"], want)
				}
				rows++
			}
		}
		if rows != 25 {
			t.Errorf("%d rows were tried, want 25", rows)
		}
	})
}

// said posts something of bob's and returns its ref; without a group he says it to olga.
func (w *world) said(t *testing.T, group, topic string) string {
	t.Helper()
	if group == "" {
		sent, err := w.sim.PostC2C(t.Context(), "bob", "olga", "hello")
		if err != nil {
			t.Fatal(err)
		}
		return sent.Key
	}
	sent, err := w.sim.Post(t.Context(), tencentsim.Post{Group: group, Topic: topic, From: "bob", Text: "hello"})
	if err != nil {
		t.Fatal(err)
	}
	return itoa(sent.Seq)
}

// The report of a recall tells its whole life.
func TestTheReportTellsAWholeLife(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, nil)
		w.group(t, "sales")
		token := w.operator(t)
		sent := w.post(t, "sales", "bob", card())
		id, _ := w.recallOf(t, token, sent.Seq)["id"].(string)
		_, got := w.call(t, token, http.MethodGet, "/api/v1/recalls/"+id, nil)
		told, _ := got["report"].(map[string]any)
		timeline, _ := told["timeline"].([]any)
		calls, _ := told["calls"].([]any)
		var names []string
		for _, s := range timeline {
			step, _ := s.(map[string]any)
			names = append(names, fmt.Sprint(step["step"]))
			if gap, ok := step["gap_seconds"].(float64); !ok || gap < 0 || gap > patience.Seconds() {
				t.Errorf("the gap before %v is %v", step["step"], step["gap_seconds"])
			}
		}
		seen, _ := got["exposure"].(map[string]any)
		if seen["members"] != 4.0 {
			t.Errorf("the exposure is %v, want the members of the time", got["exposure"])
		}
		if told["result"] != "removed" || told["still_visible"] != false || told["deadline"] != "met" || len(calls) != 1 {
			t.Errorf("the report is %v", told)
		}
		steps := strings.Join(names, " ")
		// The removal event may overtake the answer to the call.
		if !strings.HasPrefix(steps, "posted seen decided sent ") || !slices.Contains(names, "confirmed") {
			t.Errorf("its steps are %s", steps)
		}
		w.silent(t, "4111 1111", "41111111")
	})
}
