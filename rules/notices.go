package rules

import (
	"cmp"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// Notices says who is told what becomes of recalls, and in which words.
type Notices struct {
	Sender     bool     // of a message: that it was taken back, and why
	Group      bool     // a line where the message was
	Moderators []string // accounts that are told of recalls which did not take their message back
	Language   models.Language
	PerHour    int
	texts      map[models.Language]map[string]string
}

var (
	noticeFields    = []string{"sender", "group", "moderators", "language", "per_hour", "texts"}
	noticeLanguages = []string{"auto", string(models.English), string(models.Chinese)}
)

const (
	defaultPerHour = 5
	mostPerHour    = 1000
	maxModerators  = 20
)

// readNotices reads who is told what; without it nobody is.
func (p *Policy) readNotices(n node) {
	if !n.there() {
		return
	}
	f := n.object(noticeFields...)
	s := &Notices{Sender: f.get("sender").flag(), Group: f.get("group").flag(), PerHour: defaultPerHour, texts: noticeTexts()}
	if most := f.get("per_hour"); most.there() {
		s.PerHour = most.number(1, mostPerHour)
	}
	if l := f.get("language"); l.there() {
		if word := choice(l, noticeLanguages); word != "auto" {
			s.Language = models.Language(word)
		}
	}
	if accounts := f.get("moderators"); accounts.there() {
		for _, item := range accounts.list() {
			s.Moderators = append(s.Moderators, item.text())
		}
		if len(s.Moderators) > maxModerators {
			accounts.fail("there are more than %d accounts", maxModerators)
		}
	}
	s.readTexts(f.get("texts"))
	p.notices = s
}

// readTexts puts a policy's own words in the place of those that are built in.
func (s *Notices) readTexts(n node) {
	if !n.there() {
		return
	}
	f := n.object(string(models.English), string(models.Chinese))
	for _, l := range models.Languages {
		if !f.get(string(l)).there() {
			continue
		}
		g := f.get(string(l)).object(noticeNames...)
		for _, name := range noticeNames {
			if t := g.get(name); t.there() {
				s.texts[l][name] = short(t)
			}
		}
	}
}

// Told returns who is told what becomes of recalls; false where nobody is.
func (p *Policy) Told() (Notices, bool) {
	if p.notices == nil {
		return Notices{}, false
	}
	return *p.notices, true
}

// Wants reports whether anybody is told of messages that are gone, or of recalls
// that did not take theirs back.
func (p *Policy) Wants(gone bool) bool {
	s := p.notices
	return s != nil && (gone && (s.Sender || s.Group) || !gone && len(s.Moderators) > 0)
}

// Whom says who is told of what became of a recall. It needs nothing of the message.
func (p *Policy) Whom(h models.Happening) []models.Notice {
	if !p.Wants(h.Gone) {
		return nil
	}
	s := p.notices
	var out []models.Notice
	if !h.Gone {
		for _, account := range s.Moderators {
			out = append(out, models.Notice{Kind: models.NoticePosting, Account: account, Most: s.PerHour})
		}
		return out
	}
	if s.Sender && h.Recall.Sender != "" && h.Recall.Authority != models.BySender {
		out = append(out, models.Notice{Kind: models.NoticePosting, Account: h.Recall.Sender, Most: s.PerHour})
	}
	if s.Group && h.Recall.Conversation.Kind != models.Direct {
		out = append(out, models.Notice{Kind: models.TombstonePosting, Most: s.PerHour})
	}
	return out
}

// Notices says what people are told of what became of a recall. They are told
// which kind of data a message held, never what it said.
func (p *Policy) Notices(h models.Happening) []models.Notice {
	out := p.Whom(h)
	for i := range out {
		p.notices.say(&out[i], h)
	}
	return out
}

// say adds the words. Moderators are nobody's readers, so nothing tells their language
// but the policy.
func (s *Notices) say(n *models.Notice, h models.Happening) {
	name, last := "sender", "last"
	switch {
	case !h.Gone:
		name, last = "failure", "last_failure"
	case n.Kind == models.TombstonePosting:
		name, last = "group", "last_group"
	}
	n.Language = s.Language
	if n.Language == "" && h.Gone {
		n.Language = models.LanguageOf(h.Elements)
	}
	n.Language = cmp.Or(n.Language, models.English)
	texts := s.texts[n.Language]
	n.Text, n.Last = fill(texts[name], n.Language, h), fill(texts[last], n.Language, h)
}

// fill puts what is known into the places of a text.
func fill(text string, l models.Language, h models.Happening) string {
	what := whatWas(h.Findings, l)
	text = strings.NewReplacer(
		"{time}", timeWords(h.Recall.SentAtPlatform),
		"{why}", whyWords(h.Recall, what, l), "{what}", what, "{advice}", adviceWords(h.Findings, l),
		"{explanation}", strings.TrimSpace(firstWords(h.Why, h.Recall.Explanation)),
		"{recall}", string(h.Recall.ID), "{state}", string(h.Recall.State),
		"{conversation}", h.Recall.Conversation.Ref, "{ref}", h.Recall.Ref,
	).Replace(text)
	return strings.Join(strings.Fields(text), " ")
}

func firstWords(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}

func timeWords(t time.Time) string {
	if t.IsZero() {
		return "?"
	}
	return t.UTC().Format("15:04") + " UTC"
}
