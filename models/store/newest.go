package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/models"
)

// few is of up to how many conversations a list is put together from the newest of each.
const few = 500

// listing is a list by ids, newest first, of what is in conversations.
type listing struct {
	table        string
	app          string
	since, until time.Time
	page         models.Page
}

// listed begins the query of a list. Where it is of few conversations, it is narrowed to
// the newest of each, as many as the page may show: else a database reads all that was
// ever said in them, or all that was said anywhere, to find the newest of it. That is not
// for lists which are narrowed further, since those have indexes of their own.
func (s *Store) listed(ctx context.Context, scope models.Scope, l listing, further bool) (*gorm.DB, error) {
	all := where(scoped(s.reader(ctx).Table(l.table), scope, "conversation_id"), "app = ?", l.app)
	if further || scope.All && l.app == "" {
		return all, nil
	}
	conversations := where(scoped(s.reader(ctx).Model(&conversationRow{}), scope, "id"), "app = ?", l.app)
	n, err := s.countTo(ctx, conversations.Session(&gorm.Session{}), few+1)
	if err != nil || n > few {
		return all, err
	}
	each := between(s.reader(ctx).Table(l.table).Select("id").Where("conversation_id = c.id"), l.since, l.until)
	if each, _, err = page(each, l.page); err != nil {
		return nil, err
	}
	join := "CROSS JOIN LATERAL (?) AS n"
	if s.db.dialect == sqliteDialect {
		join = "CROSS JOIN " + l.table + " AS n ON n.id IN (?)"
	}
	return s.reader(ctx).Table(l.table).Where("id IN (SELECT n.id FROM (?) AS c "+join+")", conversations.Select("id"), each), nil
}
