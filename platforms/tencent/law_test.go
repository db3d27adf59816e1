package tencent

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// drawText draws what people and programs write into a string.
func drawText(t *rapid.T) string {
	return rapid.OneOf(
		rapid.StringN(1, 20, 80),
		rapid.SampledFrom([]string{"\"quoted\"", "back\\slash", "\x00\x01", "{not json", "你好 4111", "<&>\u2028", "😀x"}),
	).Draw(t, "text")
}

// drawJSON draws a JSON text whose strings may be JSON texts again.
func drawJSON(t *rapid.T, depth int) string {
	object := map[string]any{}
	for range rapid.IntRange(0, 3).Draw(t, "members") {
		key := rapid.StringMatching(`[a-z]{1,8}`).Draw(t, "key")
		switch rapid.IntRange(0, 4).Draw(t, "kind") {
		case 0:
			object[key] = []any{drawText(t), 7, nil, drawText(t)}
		case 1:
			object[key] = map[string]any{"in": drawText(t)}
		case 2:
			if depth > 0 {
				object[key] = drawJSON(t, depth-1)
			}
		default:
			object[key] = drawText(t)
		}
	}
	b, _ := json.Marshal(object)
	return string(b)
}

func drawElement(t *rapid.T) map[string]any {
	element := func(typ string, content map[string]any) map[string]any {
		return map[string]any{"MsgType": typ, "MsgContent": content}
	}
	switch rapid.IntRange(0, 4).Draw(t, "element") {
	case 0:
		return element("TIMCustomElem", map[string]any{"Data": drawJSON(t, 2), "Desc": drawText(t)})
	case 1:
		return element("TIMRelayElem", map[string]any{
			"Title": drawText(t), "AbstractList": []string{drawText(t)},
			"MsgList": []any{map[string]any{"From_Account": "a", "MsgBody": []any{element("TIMTextElem", map[string]any{"Text": drawText(t)})}}},
		})
	case 2:
		return element("TIMTomorrowElem", map[string]any{"x": drawText(t)})
	}
	return element("TIMTextElem", map[string]any{"Text": drawText(t)})
}

// TestMaskLaw says that a message masked before it is shown reads, when it is
// posted, as the proposal with its findings masked, and as nothing else.
func TestMaskLaw(t *testing.T) {
	a := newAdapter(t, nil)
	rapid.Check(t, func(t *rapid.T) {
		message := map[string]any{
			"CallbackCommand": beforeGroup, "GroupId": "@TGS#1", "Type": "Public", "From_Account": "jared", "Random": 1,
			"MsgBody":         rapid.SliceOfN(rapid.Custom(drawElement), 1, 4).Draw(t, "body"),
			"CloudCustomData": drawJSON(t, 1),
		}
		d := decodeMap(a, message)
		findings := drawFindings(t, d)
		reply := a.Answer(d, platforms.Answer{Verdict: models.VerdictMask, Findings: findings})
		var rewritten map[string]any
		if err := json.Unmarshal(reply.Body, &rewritten); err != nil {
			t.Fatalf("the answer is no JSON: %v", err)
		}
		if (len(findings) == 0) != (rewritten["ErrorCode"] != 0.0) {
			t.Fatalf("%d findings, code %v", len(findings), rewritten["ErrorCode"])
		}
		for _, name := range []string{"MsgBody", "CloudCustomData"} {
			if v, ok := rewritten[name]; ok {
				message[name] = v
			}
		}
		if diff := cmp.Diff(masked(d.Proposal, findings), masked(decodeMap(a, message).Proposal, nil)); len(findings) > 0 && diff != "" {
			t.Fatalf("masked (-want +got):\n%s", diff)
		}
	})
}

func decodeMap(a *Adapter, message map[string]any) platforms.Delivery {
	body, _ := json.Marshal(message)
	return a.Decode(platforms.Request{Query: query("", testNow), Body: body, Now: testNow})
}

// drawFindings draws findings in values, never in their labels.
func drawFindings(t *rapid.T, d platforms.Delivery) []models.Finding {
	var all []models.Finding
	p := d.Raw.(*proposal)
	for i, e := range d.Proposal.Elements {
		runes := []rune(e.Text[p.origins[i].prefix:])
		if len(runes) == 0 || p.origins[i].fixed || !rapid.Bool().Draw(t, "found") {
			continue
		}
		from := rapid.IntRange(0, len(runes)-1).Draw(t, "from")
		to := rapid.IntRange(from+1, len(runes)).Draw(t, "to")
		start := p.origins[i].prefix + len(string(runes[:from]))
		all = append(all, models.Finding{Element: i, Start: start, End: start + len(string(runes[from:to])), Mask: "••••"})
	}
	return all
}

// masked returns the texts of a message with findings masked, one a line.
func masked(m *models.Message, findings []models.Finding) []string {
	var all []string
	for i, e := range m.Elements {
		all = append(all, e.Path+" "+strings.Clone(models.MaskText(e.Text, i, findings)))
	}
	return all
}

// TestDirectLaw says that a one-to-one chat has one name from both ends, and
// that each end finds the other in it, whatever accounts look like.
func TestDirectLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		account := rapid.StringMatching(`[ab:@]{1,5}`)
		one, other := account.Draw(t, "one"), account.Draw(t, "other")
		ref := directRef(one, other)
		got, ok := otherEnd(ref, one)
		if ref != directRef(other, one) || !ok || got != other {
			t.Fatalf("%q and %q: ref %q, other end %q, %v", one, other, ref, got, ok)
		}
	})
}
