package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/models"
)

// naming is a column in which an account may stand.
type naming struct {
	table, column string
	from, to      string // what stands there, and what is to; a part of it where within is true
	within        bool
	app           bool   // the table has a column app, which has to be the app's
	about         string // the column that names the message which a legal hold may be on; empty: none
	also, value   string // a further column that has to have a value; empty: none
}

// names are all places where an account stands beside the messages that it posted.
func (e *erasing) names() []naming {
	account := models.Account{App: e.order.App, Name: e.order.Account}
	alias := models.Account{App: e.order.App, Name: e.alias}
	bare := func(table, column, about string) naming {
		return naming{table: table, column: column, from: account.Name, to: alias.Name, app: true, about: about}
	}
	actor := func(table, column string) naming {
		return naming{table: table, column: column, from: account.Actor(), to: alias.Actor(), about: "message_id"}
	}
	fact := func(table, column, key, from, to, about string) naming {
		pair := func(value string) string { return `"` + key + `":` + quoted(value) }
		return naming{table: table, column: column, from: pair(from), to: pair(to), within: true, app: about != "", about: about}
	}
	over := bare("legal_holds", "thing", "")
	over.also, over.value = "kind", "sender" // none that stands: then nothing is erased here
	return []naming{
		bare("messages", "operator", "id"), bare("messages", "removed_by", "id"),
		bare("recalls", "account", "message_id"), actor("recalls", "actor"), fact("recalls", "rights", "account", account.Name, alias.Name, "message_id"),
		actor("decisions", "actor"), actor("cases", "requested_by"), actor("cases", "decided_by"),
		bare("postings", "account", "message_id"), bare("postings", "sender", "message_id"), bare("postings", "named", "message_id"),
		{table: "conflicts", column: "sender", from: account.Name, to: alias.Name, about: "message_id"},
		bare("sweeps", "sender", ""),
		{table: "sweeps", column: "account", from: account.Name, to: alias.Name, also: "account_app", value: account.App},
		{table: "breakers", column: "place", from: account.App + ":" + account.Name, to: alias.App + ":" + alias.Name},
		bare("sign_in_codes", "account", ""), over,
		fact("hook_deliveries", "body", "sender", account.Name, alias.Name, ""), fact("hook_deliveries", "body", "actor", account.Actor(), alias.Actor(), ""),
	}
}

// quoted is a text as JSON has it.
func quoted(text string) string {
	b, _ := json.Marshal(text) // a text always is
	return string(b)
}

// name puts the alias into one column, or counts where it would stand.
func (e *erasing) name(ctx context.Context, n naming) error {
	for after := ""; ; {
		q, err := e.naming(ctx, n)
		if err != nil {
			return err
		}
		var ids []string
		if err := q.Where("id > ?", after).Order("id").Limit(eraseAtOnce).Pluck("id", &ids).Error; err != nil {
			return fmt.Errorf("where the account stands: %w", clean(err))
		}
		if len(ids) == 0 {
			return nil
		}
		after = ids[len(ids)-1]
		if !e.dry {
			if err := e.rename(ctx, n, ids); err != nil {
				return err
			}
		}
		e.did.Names += int64(len(ids))
	}
}

func (e *erasing) rename(ctx context.Context, n naming, ids []string) error {
	statement, args := fmt.Sprintf("UPDATE %s SET %s = ? WHERE id IN ?", n.table, n.column), []any{n.to, ids}
	if n.within {
		statement, args = fmt.Sprintf("UPDATE %s SET %s = replace(%s, ?, ?) WHERE id IN ?", n.table, n.column, n.column), []any{n.from, n.to, ids}
	}
	return e.write(ctx, func(u *unit) error { return u.exec(statement, args...) })
}

// naming finds the rows of a naming that no legal hold keeps.
func (e *erasing) naming(ctx context.Context, n naming) (*gorm.DB, error) {
	now, err := e.clock(ctx)
	if err != nil {
		return nil, err
	}
	q := e.reader(ctx).Table(n.table)
	switch {
	case n.within:
		q = q.Where(fmt.Sprintf("%s <> replace(%s, ?, ?)", n.column, n.column), n.from, n.to)
	default:
		q = q.Where(n.column+" = ?", n.from)
	}
	if n.app {
		q = q.Where("app = ?", e.order.App)
	}
	if n.also != "" {
		q = q.Where(n.also+" = ?", n.value)
	}
	q = q.Where(`NOT EXISTS (SELECT 1 FROM legal_holds h WHERE h.kind = 'sender' AND h.app = ? AND h.thing = ? AND `+holdStands+`)`,
		e.order.App, e.order.Account, now)
	if n.about != "" {
		q = q.Where(fmt.Sprintf(`NOT EXISTS (SELECT 1 FROM messages m JOIN legal_holds h ON %s WHERE m.id = %s.%s AND %s)`,
			holdIsOn, n.table, n.about, holdStands), now)
	}
	return q, nil
}

// reads forgets what the account has read, unless a legal hold is on that.
func (e *erasing) reads(ctx context.Context) error {
	now, err := e.clock(ctx)
	if err != nil {
		return err
	}
	const mine = `reader = ? AND conversation_id IN (SELECT id FROM conversations WHERE app = ?) AND NOT EXISTS (
		SELECT 1 FROM legal_holds h WHERE h.app = ? AND (h.kind = 'sender' AND h.thing = reads.reader OR h.kind = 'conversation' AND h.thing = reads.conversation_id
			OR h.kind = 'message' AND h.thing IN (SELECT m.id FROM messages m WHERE m.conversation_id = reads.conversation_id AND m.ref = reads.ref)) AND ` + holdStands + `)`
	args := []any{e.order.Account, e.order.App, e.order.App, now}
	if e.dry {
		var n int64
		err := e.reader(ctx).Model(&readRow{}).Where(mine, args...).Count(&n).Error
		e.did.Reads += n
		return clean(err)
	}
	var places []string
	if err := e.reader(ctx).Model(&readRow{}).Where(mine, args...).Distinct().Order("conversation_id").Pluck("conversation_id", &places).Error; err != nil {
		return fmt.Errorf("what the account has read: %w", clean(err))
	}
	for _, place := range places {
		before := e.did.Reads
		err := e.write(ctx, func(u *unit) error {
			n, err := u.execCount("DELETE FROM reads WHERE conversation_id = ? AND "+mine, append([]any{place}, args...)...)
			e.did.Reads = before + n
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// conversations takes the account out of the names of its one-to-one chats. Without its name
// nothing can be taken back in one any more, so that one ends here, and whoever writes in it
// next begins another. One in which something of the account stays, or is not over, keeps its name.
func (e *erasing) conversations(ctx context.Context) error {
	var found []conversationRow
	err := e.reader(ctx).Where("app = ? AND direct = 1 AND ref <> replace(ref, ?, '')", e.order.App, e.order.Account).Order("id").Find(&found).Error
	if err != nil {
		return fmt.Errorf("one-to-one chats: %w", clean(err))
	}
	for _, r := range found {
		parts := strings.Split(r.Ref, ":")
		at := slices.Index(parts, e.order.Account)
		if at < 0 {
			continue // another account, whose name is longer
		}
		parts[at] = e.alias
		if err := e.conversation(ctx, r, strings.Join(parts, ":")); err != nil {
			return err
		}
	}
	return nil
}

func (e *erasing) conversation(ctx context.Context, r conversationRow, ref string) error {
	now, err := e.clock(ctx)
	if err != nil {
		return err
	}
	var keeps int64
	err = e.reader(ctx).Raw(`SELECT count(*) FROM conversations c WHERE c.id = ? AND (
		? = 1 AND EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = c.id AND m.sender = ?)
		OR EXISTS (SELECT 1 FROM recalls r WHERE r.conversation_id = c.id AND r.ended_at = 0)
		OR EXISTS (SELECT 1 FROM cases x WHERE x.conversation_id = c.id AND x.decided_at = 0)
		OR EXISTS (SELECT 1 FROM messages m JOIN legal_holds h ON `+holdIsOn+` WHERE m.conversation_id = c.id AND `+holdStands+`))`,
		r.ID, flag(!e.dry), e.order.Account, now).Scan(&keeps).Error // in a preview nothing went yet
	if err != nil || keeps > 0 {
		return clean(err)
	}
	e.did.Names++
	if e.dry {
		return nil
	}
	return e.write(ctx, func(u *unit) error {
		delete(u.s.writer.places, place{r.App, true, r.Ref})
		told := []any{quoted(r.Ref), quoted(ref)}
		err := u.exec("UPDATE hook_deliveries SET body = replace(body, ?, ?) WHERE body <> replace(body, ?, ?)", append(told, told...)...)
		if err != nil {
			return err
		}
		return u.exec("UPDATE conversations SET ref = ?, retired = ?, dissolved_at = CASE WHEN dissolved_at = 0 THEN ? ELSE dissolved_at END WHERE id = ?",
			ref, u.now.UnixMilli(), u.now.UnixMilli(), r.ID)
	})
}
