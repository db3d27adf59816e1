package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// countedVerdicts are the verdicts of rules that are counted; what a rule allows is no decision.
var countedVerdicts = []models.Verdict{models.VerdictReview, models.VerdictRecall, models.VerdictMask, models.VerdictBlock}

// castsShadow is the condition of the index over decisions for which rules in shadow mode
// had something to say.
const castsShadow = "shadow <> 'null' AND shadow <> '[]'"

// RuleFigures says what each of some rules did since a moment. Nothing is counted past
// limit: decisions of one verdict, the latest recalls of one rule, and the latest
// decisions with a shadow. Callers check that the asker may know of every conversation.
func (s *Store) RuleFigures(ctx context.Context, rules []string, since time.Time, limit int) (map[string]models.RuleFigures, error) {
	from, all := models.FirstID(since), map[string]models.RuleFigures{}
	for _, rule := range rules {
		f := models.RuleFigures{Verdicts: map[models.Verdict]int{}, Recalls: map[models.RecallState]int{}}
		for _, v := range countedVerdicts {
			q := s.reader(ctx).Model(&decisionRow{}).Where("rule = ? AND rule <> '' AND verdict = ? AND id >= ?", rule, string(v), from)
			n, err := s.countTo(ctx, q, limit)
			if err != nil {
				return nil, err
			}
			if n > 0 {
				f.Verdicts[v] = n
			}
		}
		if err := s.countRecalls(ctx, f, rule, from, limit); err != nil {
			return nil, err
		}
		all[rule] = f
	}
	return all, s.countShadows(ctx, all, from, limit)
}

func (s *Store) countRecalls(ctx context.Context, f models.RuleFigures, rule, from string, limit int) error {
	var found []struct {
		State string
		N     int
	}
	err := s.reader(ctx).Raw(`SELECT state, count(*) AS n FROM (SELECT state FROM recalls
			WHERE rule = ? AND rule <> '' AND id >= ? ORDER BY id DESC LIMIT ?) AS latest GROUP BY state`, rule, from, limit).Scan(&found).Error
	if err != nil {
		return fmt.Errorf("recalls of a rule: %w", clean(err))
	}
	for _, r := range found {
		f.Recalls[models.RecallState(r.State)] = r.N
	}
	return nil
}

func (s *Store) countShadows(ctx context.Context, all map[string]models.RuleFigures, from string, limit int) error {
	var found []string
	err := s.reader(ctx).Model(&decisionRow{}).Where("id >= ? AND "+castsShadow, from).
		Order("id DESC").Limit(limit).Pluck("shadow", &found).Error
	if err != nil {
		return fmt.Errorf("shadow verdicts: %w", clean(err))
	}
	for _, text := range found {
		var shadows []models.ShadowVerdict
		if err := json.Unmarshal([]byte(text), &shadows); err != nil {
			return fmt.Errorf("shadow verdicts are not readable: %w", err)
		}
		for _, v := range shadows {
			if f, asked := all[v.Rule]; asked {
				f.Shadow++
				all[v.Rule] = f
			}
		}
	}
	return nil
}
