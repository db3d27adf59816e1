package storetest

import (
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

var anewTests = []test{
	{"a group made anew never meets old recalls", anewMeetsNoRecalls},
	{"what is late belongs to the old one", lateBelongsToTheOld},
	{"the other node has not heard of the end", otherNodeHasNotHeard},
	{"twice anew", twiceAnew},
}

// when is a moment of a conversation's history, in seconds.
func when(seconds int) time.Time {
	return time.Now().Add(-time.Hour).Truncate(time.Hour).Add(time.Duration(seconds) * time.Second)
}

func postedAt(ref, text string, seconds int) models.Judged {
	j := posted(ref, text)
	j.Event.At, j.Event.Message.SentAt, j.Event.Message.Deadline = when(seconds), when(seconds), time.Now().Add(time.Hour)
	return j
}

func dissolvedAt(seconds int) models.Judged {
	return models.Judged{Event: models.Event{Kind: models.EventDissolved, At: when(seconds), Conversation: room}}
}

func anewMeetsNoRecalls(b *bench) {
	var old []models.Kept
	for i, state := range []models.RecallState{models.Queued, models.Sent, models.Accepted, models.Unknown} {
		k := b.keep(found(postedAt(ref(i+1), "card "+ref(i), 1), models.VerdictRecall))[0]
		old = append(old, k)
		if state == models.Queued {
			continue
		}
		for _, c := range b.claim(k.Conversation, 10) {
			if c.ID == k.Recall && state != models.Sent {
				b.settle(1, models.Settlement{Recall: c.ID, Fence: c.Fence, State: state, Called: true, DueAt: time.Now()})
			}
		}
	}
	b.keep(dissolvedAt(10))
	for i, want := range []models.RecallState{models.AlreadyGone, models.AlreadyGone, models.Confirmed, models.AlreadyGone} {
		b.state(old[i].Recall, want)
	}
	fresh := b.keep(postedAt("1", "hello", 20), postedAt("2", "again", 21))
	b.wants(fresh, models.KeptNew, models.KeptNew)
	for i, k := range fresh {
		if k.Conversation == old[i].Conversation || k.Message == old[i].Message {
			b.Errorf("message %d of the new group is %+v, in the old one %+v", i+1, k, old[i])
		}
	}
	if claims := b.claim(fresh[0].Conversation, 10); len(claims) > 0 {
		b.Errorf("the new group has recalls: %+v", claims)
	}
	ms, err := b.store.FindMessages(b.Context(), everything, app, room.Ref, []string{"1"})
	if err != nil || len(ms) != 1 || ms[0].ID != fresh[0].Message {
		b.Errorf("its name finds %v, %v", ms, err)
	}
	b.verify()
}

func lateBelongsToTheOld(b *bench) {
	old := b.keep(postedAt("1", "one", 1))[0]
	b.keep(dissolvedAt(10))
	fresh := b.keep(postedAt("1", "new", 20))[0]
	late := b.keep(postedAt("1", "one", 1), found(postedAt("2", "card", 2), models.VerdictReview), dissolvedAt(10))
	b.wants(late, models.KeptDuplicate, models.KeptNew, models.KeptDuplicate)
	if late[0].Message != old.Message || late[1].Conversation != old.Conversation {
		b.Errorf("what was late went to %+v, the old one is %s", late, old.Conversation)
	}
	gone := removed("1")
	gone.Event.At = when(30)
	if k := b.keep(gone)[0]; k.Message != fresh.Message {
		b.Errorf("a removal in the new one met %s", k.Message)
	}
}

func otherNodeHasNotHeard(b *bench) {
	other := b.open(store.Options{Node: "two"})
	keep := func(j models.Judged) models.Kept {
		kept, err := other.Keep(b.Context(), app, []models.Judged{j})
		if err != nil {
			b.Fatal(err)
		}
		return kept[0]
	}
	first := keep(postedAt("1", "one", 1)) // now it knows the place
	b.keep(dissolvedAt(10))
	if k := keep(postedAt("1", "another", 20)); k.Result != models.KeptNew || k.Conversation == first.Conversation {
		b.Errorf("the other node kept a message of the new group as %+v", k)
	}
}

func twiceAnew(b *bench) {
	seen := map[models.ConversationID]int{}
	for round := range 3 {
		seen[b.keep(postedAt("1", "round "+ref(round), 10*round+1))[0].Conversation] = round
		b.keep(dissolvedAt(10*round + 5))
	}
	if len(seen) != 3 {
		b.Fatalf("%d conversations, want 3", len(seen))
	}
	for round := range 3 {
		if k := b.keep(postedAt("2", "late", 10*round+2))[0]; seen[k.Conversation] != round {
			b.Errorf("what was late in round %d went to round %d", round, seen[k.Conversation])
		}
	}
}
