package main

import (
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
)

// shownMargin is how much longer than the platform's history a row stays: clocks differ, and
// a page of history may be under way.
const shownMargin = 24 * time.Hour

// retentionOf is for how long things are kept, and for how long a platform may tell of them.
func retentionOf(conf config.Config) models.Retention {
	r := models.Retention{
		Clean: conf.Retention.Clean, Evidence: conf.Retention.Evidence, Finding: conf.Retention.Finding, Audit: conf.Retention.Audit,
	}
	for _, a := range conf.Apps {
		r.Shown = max(r.Shown, a.Tencent.Roaming+shownMargin)
	}
	return r
}
