package rules

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/takeback-chat/takeback/models"
)

const noticePolicy = `policy: test
rules:
  - {name: any, when: size(findings) > 0, verdict: recall, reason: {code: sensitive_information}}
notices: NOTICES
examples: []
`

func noticesOf(t *testing.T, notices string, h models.Happening) []models.Notice {
	t.Helper()
	p, err := ParsePolicy("policy.yaml", []byte(strings.Replace(noticePolicy, "NOTICES", notices, 1)))
	if err != nil {
		t.Fatal(err)
	}
	asked := h
	asked.Elements, asked.Findings = nil, nil
	wordless := cmpopts.IgnoreFields(models.Notice{}, "Language", "Text", "Last")
	if diff := cmp.Diff(p.Notices(h), p.Whom(asked), wordless); diff != "" {
		t.Errorf("told, and who is to be told (-Notices +Whom):\n%s", diff)
	}
	if got := p.Notices(h); (len(got) > 0) == p.Wants(h.Gone) || h.Recall.Authority == models.BySender {
		return got
	}
	t.Errorf("the policy wants to tell: %v, and tells otherwise", p.Wants(h.Gone))
	return nil
}

// secretText is what no notice may hold a part of.
const secretText = "my card is 4000000000000002"

func happening(change func(*models.Happening)) models.Happening {
	h := models.Happening{
		Gone: true, Elements: models.TextElements(secretText),
		Recall: models.Recall{
			ID: "r1", Sender: "bob", State: models.Accepted, Reason: models.Reason{Code: models.SensitiveInformation, Note: "not for people"},
			Text: models.SensitiveInformation.Words(), Authority: models.ByPolicy, SentAtPlatform: time.Date(2026, 3, 1, 14, 5, 0, 0, time.UTC),
			Conversation: models.Conversation{Kind: models.Group, Ref: "sales"}, Ref: "12", Explanation: "The platform refused.",
		},
		Findings: []models.Finding{
			{Detector: "email", Category: models.Contact, Severity: models.Low, Mask: "j••••@x"},
			{Detector: "credit_card", Category: models.Financial, Severity: models.Critical, Mask: "•••• 0002", Fingerprint: "ff00"},
		},
	}
	if change != nil {
		change(&h)
	}
	return h
}

func TestNotices(t *testing.T) {
	sender := models.Notice{Kind: models.NoticePosting, Account: "bob", Language: models.English, Most: 5}
	tests := []struct {
		name, notices string
		change        func(*models.Happening)
		want          []models.Notice
		text          string // of the first
	}{
		{"nobody", "{}", nil, nil, ""},
		{
			"the sender", "{sender: true}", nil,
			[]models.Notice{sender},
			"Your message of 14:05 UTC was taken back. It held a payment card number and an e-mail address. Please send the message again without it, or send it in a safer way.",
		},
		{"the sender took it back himself", "{sender: true}", func(h *models.Happening) { h.Recall.Authority = models.BySender }, nil, ""},
		{
			"a secret", "{sender: true}", func(h *models.Happening) {
				h.Findings = []models.Finding{{Detector: "github_token", Category: models.Secrets, Severity: models.High}}
			},
			[]models.Notice{sender},
			"Your message of 14:05 UTC was taken back. It held a password or access key. Please change it now, for others may have seen it, and send such things outside the chat.",
		},
		{
			"the rule's own words", "{sender: true, texts: {en: {sender: \"{why}\"}}}", func(h *models.Happening) { h.Recall.Text = "Use the vault." },
			[]models.Notice{sender},
			"Use the vault.",
		},
		{"a person's reason", "{sender: true}", func(h *models.Happening) {
			h.Findings, h.Recall.Reason.Code, h.Recall.Text = nil, models.Abuse, models.Abuse.Words()
		}, []models.Notice{sender}, "Your message of 14:05 UTC was taken back. Abuse."},
		{
			"Chinese by its script", "{sender: true}", func(h *models.Happening) { h.Elements = models.TextElements("我的卡号是 4000000000000002") },
			[]models.Notice{{Kind: models.NoticePosting, Account: "bob", Language: models.Chinese, Most: 5}},
			"您在 14:05 UTC 发送的消息已被撤回。其中含有支付卡号、电子邮箱地址。请去掉这些信息后再发送，或改用其他安全的方式。",
		},
		{
			"Chinese by the policy, and a line for the group", "{group: true, language: zh, per_hour: 2}", nil,
			[]models.Notice{{Kind: models.TombstonePosting, Language: models.Chinese, Most: 2}},
			"一条消息已被撤回。其中含有支付卡号、电子邮箱地址。",
		},
		{
			"no line between two", "{sender: true, group: true}", func(h *models.Happening) { h.Recall.Conversation.Kind = models.Direct },
			[]models.Notice{sender},
			"Your message of 14:05 UTC was taken back. It held a payment card number and an e-mail address. Please send the message again without it, or send it in a safer way.",
		},
		{
			"failures", "{sender: true, moderators: [ann, zoe]}", func(h *models.Happening) { h.Gone, h.Recall.State = false, models.Refused },
			[]models.Notice{{Kind: models.NoticePosting, Account: "ann", Language: models.English, Most: 5}, {Kind: models.NoticePosting, Account: "zoe", Language: models.English, Most: 5}},
			"A message was not taken back (recall r1, refused). The platform refused.",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := noticesOf(t, tt.notices, happening(tt.change))
			if len(got) > 0 && got[0].Text != tt.text {
				t.Errorf("text %q, want %q", got[0].Text, tt.text)
			}
			for i := range got {
				for _, s := range []string{got[i].Text, got[i].Last} {
					if s == "" || strings.ContainsAny(s, "{}") || strings.Contains(s, "0002") || strings.Contains(s, "not for people") || strings.Contains(s, "my card") {
						t.Errorf("a notice says %q", s)
					}
				}
				got[i].Text, got[i].Last = "", ""
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("notices (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNoticesAreReadStrictly(t *testing.T) {
	for _, wrong := range []string{
		"{sender: perhaps}", "{language: fr}", "{per_hour: 0}", "{texts: {fr: {}}}", "{texts: {en: {hello: x}}}", "{whom: all}", "{moderators: ann}",
	} {
		if _, err := ParsePolicy("policy.yaml", []byte(strings.Replace(noticePolicy, "NOTICES", wrong, 1))); err == nil {
			t.Errorf("notices %s are read", wrong)
		}
	}
}

// Both languages have words for all that there is.
func TestNoticeWordsAreComplete(t *testing.T) {
	for _, l := range models.Languages {
		for _, name := range noticeNames {
			if builtinTexts[l][name] == "" {
				t.Errorf("%s has no text %s", l, name)
			}
		}
		for _, c := range models.Categories {
			if categories[l][c] == "" {
				t.Errorf("%s has no word for %s", l, c)
			}
		}
	}
	for _, c := range models.ReasonCodes {
		if chineseReasons[c] == "" {
			t.Errorf("no Chinese words for %s", c)
		}
	}
}
