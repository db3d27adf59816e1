package tencentsim

import "time"

// Groups and topics of the demo script.
const (
	demoSales   = "sales-apac"
	demoProject = "east-china-project"
	demoOnCall  = "platform-oncall"
	demoFinance = "finance"
	demoLaunch  = "launch-day"
	demoMakers  = "@TGS#_makers"
)

// DemoScript is a day's talk in six groups and a one-to-one chat, in English and
// Chinese. About one line in seven holds a made-up secret; a few others only look
// as if they did.
func DemoScript() Script {
	return Script{
		Seed: 20261121,
		People: map[string]string{
			"wei.lin": "Wei Lin 林伟", "alice": "Alice Carter", "bob": "Bob Nolan", "priya": "Priya Nair", "tom": "Tom Becker",
			"sofia": "Sofia Rossi", "mei": "王敏", "jun": "李军", "chen": "陈晓", "zhang": "张磊", "deploy": "Deploy bot",
		},
		Groups:    demoGroups(),
		Dialogues: demoDialogues(),
	}
}

func demoGroups() []GroupSpec {
	return []GroupSpec{
		{ID: demoSales, Name: "Sales APAC", Type: Public, Owner: "wei.lin", Members: map[string]Role{"alice": Admin, "bob": "", "priya": "", "mei": ""}},
		{ID: demoProject, Name: "华东项目群", Type: Work, Owner: "mei", Members: map[string]Role{"jun": "", "chen": "", "zhang": "", "wei.lin": ""}},
		{ID: demoOnCall, Name: "Platform on-call", Type: Public, Owner: "tom", Members: map[string]Role{"priya": Admin, "bob": "", "chen": "", "deploy": ""}},
		{ID: demoFinance, Name: "Finance 财务", Type: Public, Owner: "sofia", Members: map[string]Role{"zhang": Admin, "alice": "", "tom": "", "mei": ""}},
		{ID: demoLaunch, Name: "Launch day", Type: Meeting, Owner: "alice", Members: map[string]Role{"wei.lin": Admin, "tom": "", "sofia": "", "priya": "", "jun": ""}},
		{
			ID: demoMakers, Name: "Makers", Type: Community, Owner: "priya",
			Members: map[string]Role{"jun": Admin, "bob": "", "chen": "", "tom": "", "mei": "", "alice": ""},
			Topics:  []TopicSpec{{ID: "general", Name: "General"}, {ID: "help", Name: "求助 Help desk"}},
		},
	}
}

func demoDialogues() []Dialogue {
	return []Dialogue{
		{Group: demoSales, Lines: salesTalk},
		{Group: demoProject, Lines: projectTalk},
		{Group: demoOnCall, Lines: onCallTalk},
		{Group: demoFinance, Lines: financeTalk},
		{Group: demoLaunch, Lines: launchTalk},
		{Group: demoMakers, Topic: TopicID(demoMakers, "general"), Lines: makersTalk},
		{Group: demoMakers, Topic: TopicID(demoMakers, "help"), Lines: helpTalk},
		{Between: [2]string{"alice", "sofia"}, Lines: directTalk},
	}
}

var salesTalk = []Line{
	{"bob", "[morning all|good morning|hi team], is the [Osaka|Penang|Hanoi] deck final?", 2 * time.Second},
	{"wei.lin", "Almost. [Slide 9|The pricing page|The last chart] still has last quarter's numbers.", 0},
	{"priya", "I can fix that before [lunch|noon|the call].", 0},
	{"alice", "Thanks! Venue for the [meetup|dinner|workshop]: can someone book it today?", 0},
	{"bob", "Sure, [who is paying|which card do I use|shall I put it on mine]?", 0},
	{"alice", "use the company card {card} exp 09/29, cvc in the usual place", 4 * time.Second},
	{"mei", "订好了记得发确认单[给我|到群里]", 5 * time.Second},
	{"bob", "Booked. Order number {order}, for [12|14|18] people.", 0},
	{"wei.lin", "[Great|Perfect|Nice work]. Please keep card details out of here though", 0},
	{"priya", "Deck is updated, v[3|4|5].2 in the shared folder.", 0},
}

var projectTalk = []Line{
	{"mei", "大家好，[周五|下周一|明天]的评审会改到下午[两|三|四]点", 2 * time.Second},
	{"jun", "收到，会议室还是[302|508|大会议室]吗？", 0},
	{"mei", "对的。出差的同事请把订票信息[私发给我|填到表里]", 0},
	{"chen", "我的身份证号码是{cn_id}，麻烦帮忙订[高铁|机票]", 4 * time.Second},
	{"zhang", "陈晓，这种信息别发群里[啊|，会被撤回的|～]", 4 * time.Second},
	{"chen", "不好意思，[下次注意|马上改]", 0},
	{"jun", "[测试环境|联调环境]已经恢复，大家可以继续", 0},
	{"wei.lin", "客户那边的订单号是{order}，[已发货|待确认]", 0},
	{"zhang", "有急事打我手机{cn_mobile}，[下午|今晚]都在线", 0},
	{"mei", "好的，[辛苦了|谢谢大家]！", 0},
	{"jun", "身份证复印件请走[行政|人事]流程，不用发到群里", 0},
}

var onCallTalk = []Line{
	{"deploy", "build [1841|1842|1850] green, rolling out to [eu-1|us-2|ap-1]", time.Second},
	{"tom", "[Latency|Error rate|Queue depth] looks fine so far.", 0},
	{"bob", "My script can't reach the bucket, [403|access denied] every time", 0},
	{"chen", "try mine:\naws_access_key_id = {aws_key}\naws_secret_access_key = {aws_secret}", 4 * time.Second},
	{"priya", "Chen, [rotate that key now please|that key has to be rotated]", 4 * time.Second},
	{"chen", "Rotating. Sorry!", 0},
	{"deploy", "rollout done, commit {hash}", 0},
	{"bob", "Getting 401 from the gateway, I send\nAuthorization: Bearer {jwt}", 0},
	{"tom", "That token is for staging. The password itself is in the vault, [not here|ask me there].", 5 * time.Second},
	{"priya", "Handover at [18:00|17:30] UTC, [nothing|one alert] open.", 0},
	{"tom", "Thanks, I have the pager [tonight|until Monday].", 0},
}

var financeTalk = []Line{
	{"sofia", "Invoices for [October|this month|Q3] are in. [Two|Three] are missing a PO number.", 2 * time.Second},
	{"tom", "Mine is PO-[2291|2304|2317], sorry.", 0},
	{"zhang", "报销单[周四|周五]前交，逾期下个月处理", 0},
	{"alice", "Where should the supplier refund go?", 0},
	{"sofia", "Please wire it to IBAN {iban}, reference [R-118|R-204]", 4 * time.Second},
	{"alice", "Done, [thanks|will show up tomorrow].", 0},
	{"mei", "发票抬头用[新|旧]公司名？", 0},
	{"zhang", "新公司名，税号在[共享文档|报销系统]里", 0},
	{"tom", "The [audit|tax] folder password is {password}", 0},
	{"sofia", "Tom! Use the vault for that [please|, always].", 4 * time.Second},
}

var launchTalk = []Line{
	{"alice", "[T minus 2 hours|Almost there|Launch checklist is green]. Everyone in position?", 2 * time.Second},
	{"tom", "Infra [ready|green], [12|16] nodes warm.", 0},
	{"jun", "中文页面[已上线|校对完成]，[没有问题|看起来不错]", 0},
	{"priya", "Press kit is live. Contact for journalists: the [form|desk] on the site.", 0},
	{"sofia", "Journalists can also call me on {phone}", 0},
	{"wei.lin", "Better the press desk, Sofia. [Numbers spread fast.|Not everybody here is staff.]", 5 * time.Second},
	{"alice", "Flight [LH 716|CA 932] lands at [9:40|14:25], I'll be online from then.", 0},
	{"tom", "First [thousand|5k] sign-ups!", 0},
	{"jun", "恭喜大家！[晚上庆祝一下|辛苦了]", 0},
}

var makersTalk = []Line{
	{"priya", "Welcome to [the new folks|everybody who joined today]", 2 * time.Second},
	{"mei", "大家好，我是做[硬件|前端|设计]的", 0},
	{"bob", "[Built a plant sensor|Finished my keyboard|Soldered my first board] this weekend.", 0},
	{"alice", "Pictures please!", 0},
	{"chen", "有人要一起团购[开发板|传感器]吗？", 0},
	{"tom", "I'm in. [Two|Three] for me.", 0},
	{"bob", "Group buy form is up, ref {order}. No payment data in chat please.", 0},
	{"chen", "我直接付吧，卡号 {card}", 4 * time.Second},
	{"jun", "陈晓，卡号不要发出来😂", 4 * time.Second},
	{"priya", "Meetup is on [Saturday|Sunday], [room 4|the garage], 15:00.", 0},
}

var helpTalk = []Line{
	{"chen", "我的[脚本|流水线]推不上去，谁能看一下？", 2 * time.Second},
	{"jun", "报什么错？[截图|日志]发一下", 0},
	{"chen", "remote: invalid credentials，我用的 token 是 {github}", 4 * time.Second},
	{"jun", "token 赶紧[作废|重置]，然后用 SSH", 4 * time.Second},
	{"tom", "How do I set up the deploy key on the [Pi|NAS]?", 0},
	{"bob", "Like so, this is mine:\n{private_key}", 0},
	{"priya", "Bob, that's the private half 😅", 4 * time.Second},
	{"bob", "[Oops|Argh]. Making a new one.", 0},
	{"mei", "电路图的版本号是 [1.38.0012.4455|2.14.0031.9902]，别搞混了", 0},
	{"jun", "[好的|明白]，已更新文档", 0},
}

var directTalk = []Line{
	{"alice", "Hey Sofia, got a minute? [The hotel|The venue|The caterer] wants a deposit.", 2 * time.Second},
	{"sofia", "Sure. How much?", 0},
	{"alice", "[400|650|820] euros. They only take cards.", 0},
	{"sofia", "ok, just between us: {card}", 4 * time.Second},
	{"alice", "Thank you! [Receipt follows.|I'll send the receipt tonight.]", 0},
	{"sofia", "And the guest wifi for the office: password is {password}", 0},
	{"alice", "[Perfect|Lovely], see you [Tuesday|on Thursday].", 0},
	{"sofia", "一会儿见！", 0},
}
