package store

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"
)

// counting is a query whose rows are counted, and where their number goes.
type counting struct {
	n *int
	q *gorm.DB
}

// countTo counts the rows that a query finds, up to limit.
func (s *Store) countTo(ctx context.Context, q *gorm.DB, limit int) (n int, err error) {
	return n, s.countAll(ctx, limit, []counting{{&n, q}})
}

// countAll counts the rows that each of some queries finds, up to limit, with one
// statement: every one is a way to the database and back.
func (s *Store) countAll(ctx context.Context, limit int, all []counting) error {
	var texts []string
	var queries, numbers []any
	for _, c := range all {
		texts = append(texts, fmt.Sprintf("(SELECT count(*) FROM (?) AS f%d)", len(texts)))
		queries = append(queries, c.q.Select("id").Limit(limit))
		numbers = append(numbers, c.n)
	}
	err := s.reader(ctx).Raw("SELECT "+strings.Join(texts, ", "), queries...).Row().Scan(numbers...)
	if err != nil {
		return fmt.Errorf("count: %w", clean(err))
	}
	return nil
}
