-- What the pages of the queue, of recalls and of conversations count and narrow by. Most recalls are asked
-- for by rules, and most for one reason: those indexes leave them out, so that they cost
-- nothing where there is much to write.

-- +goose Up
CREATE INDEX cases_severity ON cases (severity, place, id, parked_until) WHERE decided_at = 0;
CREATE INDEX cases_rule ON cases (rule, place, id) WHERE decided_at = 0;
CREATE INDEX cases_app ON cases (app, place, id) WHERE decided_at = 0;
CREATE INDEX cases_waiting ON cases (conversation_id, place, id) WHERE decided_at = 0;
CREATE INDEX cases_closing ON cases (deadline) WHERE decided_at = 0 AND deadline > 0;
CREATE INDEX cases_escalated ON cases (escalated_at) WHERE decided_at = 0 AND escalated_at > 0;
CREATE INDEX cases_parked ON cases (parked_until) WHERE decided_at = 0 AND parked_until > 0;
CREATE INDEX cases_claimed ON cases (claimed_by) WHERE decided_at = 0 AND claimed_by <> '';
CREATE INDEX recalls_actor ON recalls (actor, id) WHERE actor <> 'policy';
CREATE INDEX recalls_door ON recalls (door, id) WHERE door <> 'policy';
CREATE INDEX recalls_reason ON recalls (reason_code, id) WHERE reason_code <> 'sensitive_information';
CREATE INDEX conversations_kind ON conversations (kind, id);
