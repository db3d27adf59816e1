package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/takeback-chat/takeback/models"
)

// chainHead is the last entry of this process's chain.
type chainHead struct {
	seq  int64
	hash []byte
}

func (h *chainHead) clone() *chainHead {
	if h == nil {
		return nil
	}
	c := *h
	return &c
}

// genesis stands before the first entry of every chain.
var genesis = make([]byte, sha256.Size)

// record adds an entry to the audit of this transaction. Only actor, action,
// subject, thing and details of e count; details never hold content.
func (u *unit) record(e models.AuditEntry) error {
	head, err := u.chainHead()
	if err != nil {
		return err
	}
	e.Chain, e.Seq, e.ID, e.At, e.Prev = u.s.opts.Node, head.seq+1, u.id(), u.now, head.hash
	e.Hash = EntryHash(e)
	details, err := json.Marshal(e.Details)
	if err != nil {
		return fmt.Errorf("encode details of the audit entry: %w", err)
	}
	u.entries.add(e.ID, e.Chain, e.Seq, e.At.UnixMilli(), e.Actor, e.Action, e.Subject, e.Thing,
		string(details), e.Prev, e.Hash, u.s.auditSeal(e.Hash))
	u.head = &chainHead{e.Seq, e.Hash}
	return nil
}

// chainHead is cached between transactions. Should another process write to the
// same chain, the unique index refuses our entry, and the head is read anew.
func (u *unit) chainHead() (*chainHead, error) {
	if u.head != nil {
		return u.head, nil
	}
	var last auditRow
	err := first(u.tx.Select("seq", "hash").Where("chain = ?", u.s.opts.Node).Order("seq DESC"), &last)
	switch {
	case errors.Is(err, models.ErrNotFound):
		u.head = &chainHead{0, genesis}
	case err != nil:
		return nil, fmt.Errorf("read the end of the audit: %w", err)
	default:
		u.head = &chainHead{last.Seq, last.Hash}
	}
	return u.head, nil
}

func (u *unit) flushAudit() error {
	_, err := u.insert(&u.entries)
	return err
}

// auditSeal is what only who has the keyset can make of an entry's hash, so that an entry
// forged or written anew in the database is known as such before a checkpoint names it.
func (s *Store) auditSeal(entry []byte) string { return s.digestHex("audit", entry) }

func (s *Store) digestHex(domain string, parts ...[]byte) string {
	return hex.EncodeToString(s.keys.Digest(domain, parts...))
}

// EntryHash is the SHA-256 over a zero byte, the hash of the entry before, and
// the entry's own fields, each with its length in front; details in the order
// of their keys. Anybody can compute it from what the audit shows.
func EntryHash(e models.AuditEntry) []byte {
	b := append(make([]byte, 0, 512), 0)
	b = append(b, e.Prev...)
	b = appendField(b, e.Chain)
	b = binary.BigEndian.AppendUint64(b, uint64(e.Seq))
	b = appendField(b, e.ID)
	b = binary.BigEndian.AppendUint64(b, uint64(e.At.UnixMilli()))
	for _, field := range []string{e.Actor, e.Action, e.Subject, e.Thing} {
		b = appendField(b, field)
	}
	b = binary.BigEndian.AppendUint64(b, uint64(len(e.Details)))
	for _, key := range slices.Sorted(maps.Keys(e.Details)) {
		b = appendField(appendField(b, key), e.Details[key])
	}
	sum := sha256.Sum256(b)
	return sum[:]
}

func appendField(b []byte, field string) []byte {
	return append(binary.BigEndian.AppendUint64(b, uint64(len(field))), field...)
}

func (r auditRow) model() (models.AuditEntry, error) {
	e := models.AuditEntry{
		Chain: r.Chain, Seq: r.Seq, ID: r.ID, At: fromMillis(r.At), Actor: r.Actor, Action: r.Action,
		Subject: r.Subject, Thing: r.Thing, Prev: r.Prev, Hash: r.Hash,
	}
	if err := json.Unmarshal([]byte(r.Details), &e.Details); err != nil {
		return e, fmt.Errorf("details of audit entry %s are not readable", r.ID)
	}
	return e, nil
}
