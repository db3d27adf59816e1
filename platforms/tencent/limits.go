package tencent

import (
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

const (
	recallBatch = 10              // items of one group_msg_recall
	reasonBytes = 100             // of its Reason
	liveWindow  = time.Hour       // a live group's messages can be recalled this long, from members online
	repeats     = 5 * time.Minute // a Random is known this long in a group
	newestBatch = 50              // groups of one get_group_info, and topics of one get_topic
	gateBudget  = 2 * time.Second // the service waits this long for a webhook, and cannot be told otherwise
)

// Limits says what the service allows in conversations of a kind.
func (a *Adapter) Limits(kind models.ConversationKind) platforms.Limits {
	l := platforms.Limits{
		Window: a.config.Roaming, Batch: recallBatch,
		ReasonBytes: reasonBytes, ReasonAudience: "every member of the group",
		History: true, Roles: true, Proves: true, HarmlessRetry: true,
		GateBudget: gateBudget, DropsRepeats: repeats, Newest: newestBatch,
		SignedBody: false, // the signature covers a token and a time; whoever saw one URL can send any body for a minute
	}
	switch kind {
	case models.Direct:
		l.Batch, l.ReasonBytes, l.ReasonAudience, l.Roles, l.DropsRepeats, l.Newest = 1, 0, "", false, 0, 0
	case models.Live:
		l.Window, l.History, l.Newest = liveWindow, false, 0
	case models.Group, models.Topic:
	}
	return l
}
