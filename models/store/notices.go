package store

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// Notices says who is told what becomes of recalls; the policy in force. It is
// asked by the writer, and must neither block nor write.
type Notices interface {
	// Wants reports whether anybody is told at all, so that nothing is read in vain.
	Wants(gone bool) bool
	// Whom says who is told, as Notices does, without the words: of the message itself
	// it needs nothing.
	Whom(models.Happening) []models.Notice
	// Notices says what people are told.
	Notices(models.Happening) []models.Notice
}

// telling is what is told of a recall at the end of its transaction.
type telling struct {
	recall recallRow
	notice models.Notice
}

// noticesLock is the number of the lock on PostgreSQL under which notices are
// counted and ordered. SQLite has one writer anyway.
const noticesLock = 0x7461_6b65_7465_6c6c

// news is something that became of a recall, and that people may be told of.
type news struct {
	recall recallRow
	gone   bool
	why    string
}

// notify has people told of a recall: once, whatever becomes of it later.
func (u *unit) notify(r *recallRow, gone bool, why string) {
	if rule := u.s.opts.Notices; rule != nil && rule.Wants(gone) {
		u.news = append(u.news, news{*r, gone, why})
	}
}

// flushNews asks whom to tell what, of all recalls of the transaction.
func (u *unit) flushNews() error {
	var gone []string
	var heard []models.Happening
	var of []recallRow
	for i := range u.news {
		n := &u.news[i]
		h := models.Happening{Gone: n.gone, Why: n.why}
		var err error
		if h.Recall, err = u.recallModel(n.recall); err != nil {
			return err
		}
		if !u.anybody(&n.recall, h) {
			continue
		}
		heard, of = append(heard, h), append(of, n.recall)
		if n.gone {
			gone = append(gone, n.recall.MessageID)
		}
	}
	said, err := u.said(gone)
	if err != nil {
		return err
	}
	for i, h := range heard {
		if m := said[of[i].MessageID]; h.Gone {
			h.Elements, h.Findings = m.Elements, m.Findings
		}
		for _, notice := range u.s.opts.Notices.Notices(h) {
			u.tellings = append(u.tellings, telling{of[i], notice})
		}
	}
	return nil
}

// anybody reports whether somebody is told of what became of a recall who has not just
// turned out to have had all notices.
func (u *unit) anybody(r *recallRow, h models.Happening) bool {
	return slices.ContainsFunc(u.s.opts.Notices.Whom(h), func(n models.Notice) bool {
		q, ok := u.s.writer.quiet[addresseeOf(r, n)]
		return !ok || n.Most > q.most || !u.now.Before(q.until)
	})
}

// said returns what some messages say and what was found in them in any revision.
func (u *unit) said(messages []string) (map[string]models.Message, error) {
	said := make(map[string]models.Message, len(messages))
	if len(messages) == 0 {
		return said, nil
	}
	var found []messageRow
	err := u.tx.Select("id", "content").Where(u.in("id"), list(messages)).Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("messages that are gone: %w", clean(err))
	}
	for _, r := range found {
		m := models.Message{ID: models.MessageID(r.ID)}
		u.s.unseal(&m, r)
		said[r.ID] = m
	}
	return said, u.addFound(said, messages)
}

func (u *unit) addFound(said map[string]models.Message, messages []string) error {
	found, err := findingsView.read(u.tx, "WHERE "+u.in("message_id")+" ORDER BY id", list(messages))
	if err != nil {
		return fmt.Errorf("findings of messages that are gone: %w", err)
	}
	for _, f := range found {
		m := said[f.MessageID]
		m.Findings = append(m.Findings, f.model())
		said[f.MessageID] = m
	}
	return nil
}

// flushTellings orders the notices of the transaction. It does so last, and under a
// lock, so that each transaction counts those of all before it on every node, and
// none that holds the lock waits for what another one holds.
func (u *unit) flushTellings() error {
	if len(u.tellings) == 0 {
		return nil
	}
	now, err := u.alone(noticesLock)
	if err != nil {
		return fmt.Errorf("lock notices: %w", err)
	}
	told := map[addressee]int{}
	for i := range u.tellings {
		r, n := &u.tellings[i].recall, u.tellings[i].notice
		if err := u.orderNotice(told, r, n, now); err != nil {
			return fmt.Errorf("notice of recall %s: %w", r.ID, err)
		}
	}
	return nil
}

// orderNotice orders one notice, or, once there were as many as there may be in an
// hour, the line that says so, and then nothing.
func (u *unit) orderNotice(told map[addressee]int, r *recallRow, n models.Notice, now int64) error {
	to := addresseeOf(r, n)
	heard, ok := told[to]
	if !ok {
		var err error
		if heard, err = u.told(to, now-time.Hour.Milliseconds()); err != nil {
			return err
		}
		told[to] = heard
	}
	if heard > n.Most {
		u.hushed[to] = quiet{most: n.Most, until: u.now.Add(quietFor)}
		return nil
	}
	text := n.Text
	if heard == n.Most {
		text = n.Last
	}
	delete(told, to) // it is counted anew: the same may have been ordered before
	return u.order(postingRow{
		RecallID: r.ID, MessageID: r.MessageID, ConversationID: r.ConversationID, App: r.App, Kind: string(n.Kind),
		Account: n.Account, Language: string(n.Language), State: string(models.PostingQueued), OrderedBy: string(models.ByPolicy),
		OrderedAt: now,
	}, models.TextElements(text))
}

// quiet is until when nobody asks how many notices an addressee has had: it were more
// than this. A flood is mostly for those who have had all.
type quiet struct {
	most  int
	until time.Time
}

const (
	quietFor = time.Second // by so much later than an hour one may be told again
	maxQuiet = 10_000      // addressees remembered; past it the memory starts anew
)

// learnQuiet remembers what a transaction learnt of addressees.
func (w *writer) learnQuiet(hushed map[addressee]quiet) {
	if len(w.quiet)+len(hushed) > maxQuiet {
		clear(w.quiet)
	}
	maps.Copy(w.quiet, hushed)
}

// addressee is whose notices are counted together: those of one kind to an account,
// or to all in a conversation.
type addressee struct{ kind, app, account, conversation string }

func addresseeOf(r *recallRow, n models.Notice) addressee {
	if n.Account != "" {
		return addressee{kind: string(n.Kind), app: r.App, account: n.Account}
	}
	return addressee{kind: string(n.Kind), conversation: r.ConversationID}
}

// told counts the notices since a moment to an addressee.
func (u *unit) told(to addressee, since int64) (int, error) {
	q := u.tx.Model(&postingRow{}).Where("ordered_at > ? AND kind = ?", since, to.kind)
	if to.account != "" {
		q = q.Where("app = ? AND account = ? AND account <> ''", to.app, to.account)
	} else {
		q = q.Where("conversation_id = ? AND account = ''", to.conversation)
	}
	var told int64
	err := q.Count(&told).Error
	return int(told), clean(err)
}
