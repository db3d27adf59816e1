package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// refMargin is how much the clock of a platform and that of a node may differ, and how long
// a delivery may take to be committed, for a message to be known across two partitions.
const refMargin = 6 * time.Hour

// elsewhere says which of the messages of a transaction are known already, of those that
// may be in another partition than the one they would go to: there no index sees to it that
// they are kept once. Until the commit nobody else keeps them.
//
// A message was never received before it was sent. So one that was sent in the time of the
// partition that it goes to is in no other, and most cost nothing here.
func (u *unit) elsewhere(events []*event) (map[refKey]bool, error) {
	if u.s.db.dialect == sqliteDialect {
		return nil, nil //nolint:nilnil // nothing is known elsewhere
	}
	var keys []refKey
	for _, e := range events {
		if u.straddles(e) {
			keys = append(keys, e.key())
		}
	}
	return u.knownAlone(keys)
}

// straddles reports whether a message may have been kept in another partition before, or is
// being kept there now.
func (u *unit) straddles(e *event) bool {
	m := e.in.Event.Message
	received := u.s.received(m)
	if m.SentAt.IsZero() || e.in.Event.Kind != models.EventPosted {
		return true
	}
	sent := received
	if m.SentAt.Before(sent) {
		sent = m.SentAt
	}
	return straddle(sent, received)
}

// straddle reports whether the time from one moment to another, with the margin, touches
// two partitions.
func straddle(from, to time.Time) bool {
	return messagesPartitions.edge(from.Add(-refMargin)) != messagesPartitions.edge(to.Add(refMargin))
}

// knownAlone makes this transaction the only one, over all nodes, to keep messages with some
// refs, and says which of them are known.
func (u *unit) knownAlone(keys []refKey) (map[refKey]bool, error) {
	if len(keys) == 0 {
		return nil, nil //nolint:nilnil // none is known
	}
	pairs := make([][2]string, len(keys))
	for i, k := range keys {
		pairs[i] = [2]string{k.conversation, k.ref}
	}
	listed, err := json.Marshal(pairs)
	if err != nil {
		return nil, fmt.Errorf("encode refs: %w", err)
	}
	// In one order, so that no two wait for each other.
	err = u.exec(`SELECT pg_advisory_xact_lock(?, h) FROM (
		SELECT DISTINCT hashtext((x->>0) || ' ' || (x->>1)) AS h FROM jsonb_array_elements(?::jsonb) AS x ORDER BY h) AS these`,
		partitionsLock, string(listed))
	if err != nil {
		return nil, fmt.Errorf("lock refs: %w", err)
	}
	known := map[refKey]bool{}
	err = readRaw(u.tx, `SELECT m.conversation_id, m.ref FROM jsonb_array_elements(?::jsonb) AS x, LATERAL (
		SELECT conversation_id, ref FROM messages WHERE conversation_id = x->>0 AND ref = x->>1 LIMIT 1) AS m`,
		[]any{string(listed)}, func(rows *sql.Rows) error {
			var k refKey
			err := rows.Scan(&k.conversation, &k.ref)
			known[k] = true
			return err
		})
	return known, err
}
