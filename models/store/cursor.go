package store

import (
	"encoding/base64"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/models"
)

// defaultLimit is the length of a page that does not say.
const defaultLimit = 50

// cursorPrefix makes cursors of another make-up tell apart.
const cursorPrefix = "1:"

// Ids sort by time, so a page is told by the id it begins after.
func encodeCursor(id string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(cursorPrefix + id))
}

func decodeCursor(cursor string) (string, error) {
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	id, ok := strings.CutPrefix(string(b), cursorPrefix)
	if err != nil || !ok || id == "" || len(id) > 64 {
		return "", fmt.Errorf("the cursor is not one of ours: %w", models.ErrInvalid)
	}
	return id, nil
}

// limitOf returns how many items a page has.
func limitOf(p models.Page) (int, error) {
	switch {
	case p.Limit == 0:
		return defaultLimit, nil
	case p.Limit < 0 || p.Limit > models.MaxLimit:
		return 0, fmt.Errorf("the limit must be between 1 and %d: %w", models.MaxLimit, models.ErrInvalid)
	}
	return p.Limit, nil
}

// page narrows a query to one page, newest first, and one row more, which tells
// whether there is a next page.
func page(db *gorm.DB, p models.Page) (*gorm.DB, int, error) {
	limit, err := limitOf(p)
	if err != nil {
		return nil, 0, err
	}
	if p.Cursor != "" {
		id, err := decodeCursor(p.Cursor)
		if err != nil {
			return nil, 0, err
		}
		db = db.Where("id < ?", id)
	}
	return db.Order("id DESC").Limit(limit + 1), limit, nil
}

// cut takes the row too many off again and returns the cursor of the next page.
func cut[T any](found []T, limit int, id func(T) string) ([]T, string) {
	if len(found) <= limit {
		return found, ""
	}
	found = found[:limit]
	return found, encodeCursor(id(found[limit-1]))
}
