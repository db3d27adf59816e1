package tencent

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// elementsOfBody decodes a posted message with these elements.
func elementsOfBody(t *testing.T, elements string) []models.Element {
	t.Helper()
	body := `{"CallbackCommand":"Group.CallbackAfterSendMsg","GroupId":"@TGS#1","Type":"Public","From_Account":"jared","MsgSeq":1,"MsgTime":1,"MsgBody":[` + elements + `]}`
	d := newAdapter(t, nil).Decode(platforms.Request{Query: query("", testNow), Body: []byte(body), Now: testNow})
	if len(d.Events) != 1 {
		t.Fatalf("unreadable: %v", d.Unreadable[0].Reason)
	}
	return d.Events[0].Message.Elements
}

func customElement(data string) string {
	literal, _ := json.Marshal(data)
	return `{"MsgType":"TIMCustomElem","MsgContent":{"Data":` + string(literal) + `}}`
}

// lines writes elements down, text and whether something could not be read.
func lines(elements []models.Element) []string {
	var all []string
	for _, e := range elements {
		all = append(all, fmt.Sprintf("%s %q %v", e.Kind, e.Text, e.Opaque))
	}
	return all
}

func TestWalk(t *testing.T) {
	nested := "deepest"
	for range maxLayers + 1 {
		literal, _ := json.Marshal(nested)
		nested = `{"k":` + string(literal) + `}`
	}
	fifth := `{"k":"deepest"}` // what is left after maxLayers
	for _, tc := range []struct {
		name, data string
		want       []string
	}{
		{"text", `hello`, []string{`custom "hello" false`}},
		{"empty", ``, nil},
		{"object", `{"a":"b"}`, []string{`custom "a: b" false`}},
		{"space in front", "\n {\"a\":\"b\"}\n", []string{`custom "a: b" false`}},
		{"array", `["a",["b"]]`, []string{`custom "a" false`, `custom "b" false`}},
		{"string", `"\u0061b"`, []string{`custom "ab" false`}},
		{"duplicate keys", `{"a":"1","a":"2","a":{"a":"3"}}`, []string{`custom "a: 1" false`, `custom "a: 2" false`, `custom "a: 3" false`}},
		{"escaped", `{"a":"\u0034111"}`, []string{`custom "a: 4111" false`}},
		{"unpaired surrogate", `{"a":"x\ud800y"}`, []string{"custom \"a: x\uFFFDy\" false"}},
		{"empty key", `{"":"x"}`, []string{`custom "x" false`}},
		{"long number", `{"a":4111111111111111}`, []string{`custom "a: 4111111111111111" false`}},
		{"short number", `{"a":42,"b":true,"c":null}`, nil},
		{"odd key of nothing", `{"4111 1111":null,"plain_key":null}`, []string{`custom "4111 1111" false`}},
		{"odd key of an object", `{"call 555":{"a":"b"}}`, []string{`custom "call 555" false`, `custom "a: b" false`}},
		{"odd key of an empty text", `{"call 555":""}`, []string{`custom "call 555" false`}},
		{"long plain key", `{"` + strings.Repeat("k", 33) + `":1}`, []string{`custom "` + strings.Repeat("k", 33) + `" false`}},
		{"two texts", `{"a":"b"}{"c":"d"}`, []string{`custom "{\"a\":\"b\"}{\"c\":\"d\"}" false`}},
		{"broken", `{"a":"b"`, []string{`custom "{\"a\":\"b\"" false`}},
		{"past the layers", nested, []string{fmt.Sprintf("custom %q false", "k: "+fifth), `unknown "" true`}},
		{"too deep", strings.Repeat("[", 200) + strings.Repeat("]", 200), []string{fmt.Sprintf("custom %q false", strings.Repeat("[", 200)+strings.Repeat("]", 200)), `unknown "" true`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, lines(elementsOfBody(t, customElement(tc.data)))); diff != "" {
				t.Errorf("elements (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPathsHoldNoKeys says that nothing a stranger wrote gets into a path.
func TestPathsHoldNoKeys(t *testing.T) {
	data := `{"STRANGER":{"STRANGER":"STRANGER","STRANGER 1":[["x"],"{\"STRANGER\":\"y\"}"]}}`
	elements := customElement(data) + `,{"MsgType":"STRANGER","STRANGER":"z","MsgContent":{"STRANGER":["x"]}},` +
		`{"MsgType":"TIMTextElem","MsgContent":{"STRANGER":"x"}},{"MsgType":"TIMRelayElem","MsgContent":{"STRANGER":{"STRANGER":"x"},"MsgList":[{"STRANGER":1}]}}`
	all := elementsOfBody(t, elements)
	for _, e := range all {
		if strings.Contains(e.Path, "STRANGER") {
			t.Errorf("path %q", e.Path)
		}
	}
	if len(all) < 10 {
		t.Errorf("only %d elements were tried", len(all))
	}
}

func TestRelayWithoutContent(t *testing.T) {
	for _, content := range []string{`{"Title":"a"}`, `{"Title":"a","JsonMsgKey":"k"}`, `{"Title":"a","MsgList":[],"JsonMsgKey":"k"}`} {
		got := lines(elementsOfBody(t, `{"MsgType":"TIMRelayElem","MsgContent":`+content+`}`))
		if want := []string{`merged-forward "a" false`, `merged-forward "" true`}; !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", content, got, want)
		}
	}
}

// TestNothingHidesBehindTheBound puts a text after more elements than are kept.
func TestNothingHidesBehindTheBound(t *testing.T) {
	many := strings.Repeat(`{"MsgType":"TIMTextElem","MsgContent":{"Text":"a"}},`, 2*maxElements)
	all := elementsOfBody(t, many+`{"MsgType":"TIMTextElem","MsgContent":{"Text":"the last"}}`)
	last := all[len(all)-1]
	if len(all) != maxElements+1 || !strings.HasSuffix(last.Text, "a\nthe last\n") || !last.Opaque || last.Kind != models.UnknownElement {
		t.Errorf("%d elements, the last a %s of %d bytes", len(all), last.Kind, len(last.Text))
	}
}

func TestTooManyValues(t *testing.T) {
	body := `{"CallbackCommand":"Group.CallbackAfterSendMsg","x":[` + strings.Repeat("1,", maxNodes) + `1]}`
	d := newAdapter(t, nil).Decode(platforms.Request{Query: query("", testNow), Body: []byte(body), Now: testNow})
	if len(d.Unreadable) != 1 || d.Unreadable[0].Reason != "too_many_values" {
		t.Errorf("unreadable: %+v", d.Unreadable)
	}
}
