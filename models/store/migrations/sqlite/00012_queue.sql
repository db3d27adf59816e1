-- The queue: in which order cases wait, who works on them, and what people say of them.

-- +goose Up
ALTER TABLE cases ADD COLUMN deadline      integer NOT NULL DEFAULT 0; -- of the message; 0: no limit is known
ALTER TABLE cases ADD COLUMN unread        integer NOT NULL DEFAULT 0; -- 1: nobody is known to have read the message
ALTER TABLE cases ADD COLUMN place         integer NOT NULL DEFAULT 0; -- in the queue, the largest first: models.Case.Rank
ALTER TABLE cases ADD COLUMN claimed_by    text NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN claimed_until integer NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN escalated_by  text NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN escalated_at  integer NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN parked_by     text NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN parked_until  integer NOT NULL DEFAULT 0;
UPDATE cases SET deadline = (SELECT deadline FROM messages WHERE messages.id = cases.message_id);
UPDATE cases SET place = 60000 * (CASE severity WHEN 'critical' THEN 240 WHEN 'high' THEN 120 WHEN 'medium' THEN 60 ELSE 0 END
  + CASE WHEN deadline = 0 THEN 0 WHEN deadline - opened_at <= 7200000 THEN 240 WHEN deadline - opened_at <= 86400000 THEN 60 ELSE 0 END)
  - opened_at;
CREATE INDEX cases_queue ON cases (place, id) WHERE decided_at = 0;

CREATE TABLE case_skips (
  actor   text    NOT NULL,
  case_id text    NOT NULL REFERENCES cases (id),
  at      integer NOT NULL,
  PRIMARY KEY (actor, case_id)
);

CREATE TABLE case_notes (
  id      text    NOT NULL,
  case_id text    NOT NULL REFERENCES cases (id),
  actor   text    NOT NULL,
  at      integer NOT NULL,
  note    blob    NOT NULL, -- sealed
  PRIMARY KEY (id)
);
CREATE INDEX case_notes_case ON case_notes (case_id, id);
