package rules

import (
	"maps"
	"slices"
	"strings"

	"github.com/takeback-chat/takeback/models"
)

// noticeNames are the texts that a policy may put in its own words.
var noticeNames = []string{"sender", "group", "failure", "last", "last_group", "last_failure"}

// noticeTexts are the words that are built in.
func noticeTexts() map[models.Language]map[string]string {
	out := map[models.Language]map[string]string{}
	for l, texts := range builtinTexts {
		out[l] = maps.Clone(texts)
	}
	return out
}

var builtinTexts = map[models.Language]map[string]string{
	models.English: {
		"sender":       "Your message of {time} was taken back. {why} {advice}",
		"group":        "A message was taken back. {why}",
		"failure":      "A message was not taken back (recall {recall}, {state}). {explanation}",
		"last":         "More of your messages were taken back. You will not be told of each for an hour.",
		"last_group":   "More messages were taken back. They are not told one by one for an hour.",
		"last_failure": "More messages were not taken back. They are not told one by one for an hour; the console lists them.",
	},
	models.Chinese: {
		"sender":       "您在 {time} 发送的消息已被撤回。{why}{advice}",
		"group":        "一条消息已被撤回。{why}",
		"failure":      "一条消息未能撤回（撤回 {recall}，{state}）。{explanation}",
		"last":         "您还有其他消息被撤回，一小时内不再逐条通知。",
		"last_group":   "还有其他消息被撤回，一小时内不再逐条提示。",
		"last_failure": "还有其他消息未能撤回，一小时内不再逐条通知，请查看控制台。",
	},
}

// named are the words for what some detectors find, where its category says too little.
var named = map[models.Language]map[string]string{
	models.English: {
		"credit_card": "a payment card number", "cn_bank_card": "a bank card number", "iban": "a bank account number",
		"cn_resident_id": "a resident identity number", "us_ssn": "a social security number", "otp_code": "a one-time code",
		"email": "an e-mail address", "phone": "a telephone number", "cn_mobile": "a telephone number",
	},
	models.Chinese: {
		"credit_card": "支付卡号", "cn_bank_card": "银行卡号", "iban": "银行账号", "cn_resident_id": "身份证号码",
		"us_ssn": "社会保障号码", "otp_code": "一次性验证码", "email": "电子邮箱地址", "phone": "电话号码", "cn_mobile": "手机号码",
	},
}

var categories = map[models.Language]map[models.Category]string{
	models.English: {
		models.Contact: "contact details", models.Financial: "financial data", models.GovernmentID: "an official identity number",
		models.Health: "health data", models.Location: "a location", models.Secrets: "a password or access key",
		models.Keyword: "words that do not belong here", models.Custom: "confidential data",
	},
	models.Chinese: {
		models.Contact: "联系方式", models.Financial: "金融信息", models.GovernmentID: "证件号码", models.Health: "健康信息",
		models.Location: "位置信息", models.Secrets: "密码或访问密钥", models.Keyword: "不适合在此出现的内容", models.Custom: "保密信息",
	},
}

// mostKinds bounds how many kinds of data a notice lists.
const mostKinds = 3

// whatWas names the kinds of data that were found, the gravest first; never a value.
func whatWas(findings []models.Finding, l models.Language) string {
	findings = slices.Clone(findings)
	slices.SortStableFunc(findings, func(a, b models.Finding) int { return b.Severity.Rank() - a.Severity.Rank() })
	var kinds []string
	for _, f := range findings {
		kind := firstWords(named[l][f.Detector], categories[l][f.Category])
		if kind != "" && !slices.Contains(kinds, kind) && len(kinds) < mostKinds {
			kinds = append(kinds, kind)
		}
	}
	if l == models.Chinese {
		return strings.Join(kinds, "、")
	}
	if n := len(kinds); n > 1 {
		return strings.Join(kinds[:n-1], ", ") + " and " + kinds[n-1]
	}
	return strings.Join(kinds, "")
}

// chineseReasons are the words of the reason codes in Chinese.
var chineseReasons = map[models.ReasonCode]string{
	models.SensitiveInformation: "原因：含有敏感信息。", models.WrongRecipient: "原因：发错了对象。", models.Mistyped: "原因：内容有误。",
	models.ChangeOfMind: "原因：发送者撤回。", models.PolicyViolation: "原因：违反了本聊天的规定。", models.SpamOrScam: "原因：垃圾信息或诈骗。",
	models.Abuse: "原因：辱骂或骚扰。", models.LegalRequest: "原因：依法律要求。", models.Other: "原因：由管理员撤回。",
}

// whyWords say why: in the rule's own words where it has some, else what the
// message held, else what the reason is called.
func whyWords(r models.Recall, what string, l models.Language) string {
	own := r.Text != "" && r.Text != r.Reason.Code.Words()
	switch {
	case own:
		return bare(r.Text)
	case what != "" && r.Reason.Code == models.SensitiveInformation && l == models.Chinese:
		return "其中含有" + what + "。"
	case what != "" && r.Reason.Code == models.SensitiveInformation:
		return "It held " + what + "."
	case l == models.Chinese:
		return chineseReasons[r.Reason.Code]
	}
	return bare(r.Reason.Code.Words())
}

// bare leaves out what the sentence before has said already.
func bare(why string) string {
	rest, ok := strings.CutPrefix(why, "Taken back: ")
	if !ok || rest == "" {
		return why
	}
	return strings.ToUpper(rest[:1]) + rest[1:]
}

// adviceWords say how to avoid it.
func adviceWords(findings []models.Finding, l models.Language) string {
	secret := slices.ContainsFunc(findings, func(f models.Finding) bool { return f.Category == models.Secrets })
	switch {
	case secret && l == models.Chinese:
		return "请立即更换，他人可能已经看到；今后请勿在聊天中发送。"
	case secret:
		return "Please change it now, for others may have seen it, and send such things outside the chat."
	case len(findings) > 0 && l == models.Chinese:
		return "请去掉这些信息后再发送，或改用其他安全的方式。"
	case len(findings) > 0:
		return "Please send the message again without it, or send it in a safer way."
	}
	return ""
}
