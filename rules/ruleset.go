package rules

import "github.com/takeback-chat/takeback/models"

// Ruleset is what is in force: an engine and a policy as one value, with the
// version of the policy. It never changes, and is replaced whole.
type Ruleset struct {
	Engine  *Engine
	Policy  *Policy
	Version int // of the policy as it is kept; 0 when it is not
}

// Judge scans the message, decides, and writes on the message what came of it:
// Findings, Inspection, Verdict, Rule and Policy. It is meant for the request
// that brought the message: microseconds, and it never fails. Before says that
// the message is not shown yet. The role of the sender is not known here; see JudgeAs.
func (r *Ruleset) Judge(m *models.Message, before bool) models.Decision {
	return r.JudgeAs(m, models.RoleUnknown, before)
}

// JudgeAs judges a message whose sender's role in the group is known.
func (r *Ruleset) JudgeAs(m *models.Message, role models.Role, before bool) models.Decision {
	return r.decide(m, r.Engine.Scan(m.Elements), role, before)
}

// JudgeAfter judges a message among those that its sender posted around it; see
// Engine.ScanAfter. Split is what was decided for the values that lie in several
// messages, and is to be done with the others of these messages; it is zero
// where there are none, or the message is not shown yet and so completes nothing.
func (r *Ruleset) JudgeAfter(m *models.Message, role models.Role, before bool, past []Past, next ...Past) (own, split models.Decision) {
	own = r.decide(m, r.Engine.ScanAfter(m.Elements, past, next...), role, before)
	if found := shared(m); len(found) > 0 && !before {
		split = r.Policy.Decide(Subject{Message: m, Findings: found, Role: role})
		split.Policy = r.Version
		split.Repost.Why = splitWords
	}
	return own, split
}

// shared returns the findings of a message that lie in others too, and puts the
// message's own id where it stands among them.
func shared(m *models.Message) []models.Finding {
	var out []models.Finding
	for i := range m.Findings {
		f := &m.Findings[i]
		for n := range f.Parts {
			if f.Parts[n].Message == "" {
				f.Parts[n].Message = m.ID
			}
		}
		if len(f.Parts) > 0 {
			out = append(out, *f)
		}
	}
	return out
}

// decide writes on the message what was found in it and what the policy says to that.
func (r *Ruleset) decide(m *models.Message, found []models.Finding, role models.Role, before bool) models.Decision {
	m.Findings = found
	for i := range m.Findings {
		m.Findings[i].Revision = m.Revision
	}
	m.Inspection = inspection(m)
	d := r.Policy.Decide(Subject{Message: m, Findings: m.Findings, Role: role, Before: before})
	d.Policy = r.Version
	m.Verdict, m.Rule, m.Policy = d.Verdict, d.Rule, d.Policy
	if d.Repost.Wanted {
		d.Repost = r.repost(m, role)
	}
	return d
}

// inspection says how the scan ended. A message is called clean only when all
// that can hold text was read; pictures and sounds are what they are.
func inspection(m *models.Message) models.Inspection {
	if len(m.Findings) > 0 {
		return models.Found
	}
	for _, e := range m.Elements {
		if e.Opaque && (e.Kind == models.UnknownElement || e.Kind == models.MergedElement) {
			return models.Unreadable
		}
	}
	return models.Clean
}
