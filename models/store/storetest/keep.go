package storetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

var keepTests = []test{
	{"a message is kept whole", keepsMessage},
	{"a known message is a duplicate", knowsDuplicates},
	{"a message to recall is queued", queuesRecall},
}

func keepsMessage(b *bench) {
	in := found(posted("1", "card 4929 1234"), models.VerdictReview)
	kept := b.keep(in)
	b.wants(kept, models.KeptNew)
	m := b.message(kept[0].Message)
	if diff := cmp.Diff(in.Event.Message.Elements[0].Text, m.Elements[0].Text); diff != "" {
		b.Errorf("text (-want +got):\n%s", diff)
	}
	if m.Conversation.Messages != 1 || m.Conversation.Ref != room.Ref || len(m.Findings) != 1 {
		b.Errorf("message = %v, conversation %+v, findings %v", m, m.Conversation, m.Findings)
	}
}

func knowsDuplicates(b *bench) {
	in := posted("1", "hello")
	kept := b.keep(in, in)
	b.wants(kept, models.KeptNew, models.KeptDuplicate)
	again := b.keep(in)
	b.wants(again, models.KeptDuplicate)
	if again[0].Message != kept[0].Message {
		b.Errorf("the duplicate is of %s, want %s", again[0].Message, kept[0].Message)
	}
}

func queuesRecall(b *bench) {
	kept := b.keep(found(posted("1", "card"), models.VerdictRecall))
	if !kept[0].Ring {
		b.Error("nobody is rung")
	}
	b.state(kept[0].Recall, models.Queued)
	due, err := b.store.DueConversations(b.Context(), 10)
	if err != nil || len(due) != 1 || due[0].ID != kept[0].Conversation {
		b.Fatalf("DueConversations = %v, %v", due, err)
	}
	claims := b.claim(kept[0].Conversation, 10)
	if len(claims) != 1 || claims[0].Was != models.Queued || claims[0].Attempts != 1 {
		b.Fatalf("claims = %+v", claims)
	}
	b.settle(1, models.Settlement{Recall: kept[0].Recall, Fence: claims[0].Fence, State: models.Accepted, Code: "0", Called: true})
	b.state(kept[0].Recall, models.Accepted)
	b.wants(b.keep(removed("1")), models.KeptUpdate)
	b.state(kept[0].Recall, models.Confirmed)
	b.verify()
}

var _ *testing.T
