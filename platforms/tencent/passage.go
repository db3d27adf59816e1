package tencent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

const historyCommand = folderGroup + "group_msg_get_simple"

// textError is an answer that cannot be read. It holds what people wrote, and
// prints as nothing of it.
type textError struct {
	why  unreadable
	body []byte
}

func (b *textError) Error() string { return "unreadable answer" }

// Format prints the error's words, whatever the verb.
func (b *textError) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, b.Error()) }

// Number returns the MsgSeq that a ref is, in conversations that are numbered.
func (a *Adapter) Number(c models.Conversation, ref string) (int64, bool) {
	n := int64(numberOf(ref))
	return n, n > 0 && (c.Kind == models.Group || c.Kind == models.Topic)
}

// Ref names the message of a MsgSeq.
func (a *Adapter) Ref(_ models.Conversation, number int64) string {
	return refOfNumber(uint32(number)) //nolint:gosec // numbers come from Number, Newest and between
}

// Passage reads up to 20 numbers back, from the end of a range. Numbers that
// history does not mention are gone; so is everything where the group is.
func (a *Adapter) Passage(ctx context.Context, c models.Conversation, r models.Range) (platforms.Passage, error) {
	n := min(r.Len(), maxPage)
	if r.First < 1 || r.Last > math.MaxUint32 || n < 1 {
		return platforms.Passage{}, &platforms.CallError{Op: historyCommand, Class: platforms.Permanent, Words: noName.Explanation}
	}
	page, err := a.groupPage(ctx, c, uint32(r.Last), int(n))
	if _, ok := blind(err); ok {
		return a.passage(r, groupPage{}), nil
	}
	if bad, ok := errors.AsType[*textError](err); ok && bad.ofOne() {
		if n > 1 { // one message spoils the page
			return a.Passage(ctx, c, models.Range{First: r.Last, Last: r.Last})
		}
		p := platforms.Passage{Told: r, Unreadable: map[int64]models.SetAside{r.Last: a.oddity(bad.why, bad.body)}}
		return p, nil
	}
	if err != nil {
		return platforms.Passage{}, err
	}
	return a.passage(told(r, n, page), page), nil
}

// ofOne reports whether a fault may lie in a message, and not in the line.
func (b *textError) ofOne() bool {
	switch b.why { //nolint:exhaustive // the others are no faults of a text
	case duplicateKey, invalidUTF8, tooDeep, tooMany:
		return true
	}
	return false
}

// told is the part of a range that a page of n numbers says something about.
func told(r models.Range, n int64, page groupPage) models.Range {
	t := models.Range{First: r.Last - n + 1, Last: r.Last}
	switch {
	case page.finished == expired:
		t.First = r.First // what is older has expired too
	case page.finished == partly && len(page.states) == 0:
		t.First = r.Last + 1
	case page.finished == partly:
		t.First = max(r.First, min(r.Last, int64(page.lowest)))
	}
	return t
}

func (a *Adapter) passage(t models.Range, page groupPage) platforms.Passage {
	p := platforms.Passage{Told: t, Unreadable: map[int64]models.SetAside{}}
	for n := t.First; n <= t.Last; n++ {
		seq := uint32(n) //nolint:gosec // within a range that was checked
		o, known := page.states[seq]
		switch {
		case page.tips[seq]:
			p.Tips = append(p.Tips, n)
		case page.odd[seq] != "":
			p.Unreadable[n] = a.oddity(page.odd[seq], page.parts[seq])
		case !known || o != isPresent:
			p.Gone = append(p.Gone, n)
		}
	}
	for _, e := range slices.Backward(page.events) {
		if n := int64(numberOf(refOf(e))); n >= t.First && n <= t.Last {
			p.Events = append(p.Events, e)
		}
	}
	return p
}

// oddity keeps a part of history for a person, bounded.
func (a *Adapter) oddity(why unreadable, body []byte) models.SetAside {
	return models.SetAside{
		App: a.config.App, ReceivedAt: a.config.Now().UTC(), Reason: string(why), Command: "group_msg_get_simple",
		Body: bytes.Clone(body[:min(len(body), maxAside)]), Truncated: len(body) > maxAside,
	}
}

// maxRecent bounds what is read back of one end of a one-to-one chat at once.
const maxRecent = 10_000

// Since reads back what either end of a one-to-one chat sees since a moment.
func (a *Adapter) Since(ctx context.Context, c models.Conversation, from time.Time) ([]models.Event, error) {
	events, _, err := a.bothViews(ctx, c, from, a.config.Now(), maxRecent)
	slices.Reverse(events)
	return events, err
}
