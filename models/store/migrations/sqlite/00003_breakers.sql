-- Automatic recalls: what counts them, and what stops them.

-- +goose Up
ALTER TABLE recalls ADD COLUMN rule       text    NOT NULL DEFAULT '';
ALTER TABLE recalls ADD COLUMN automatic  integer NOT NULL DEFAULT 0; -- 1: nobody but a rule stands behind it
ALTER TABLE recalls ADD COLUMN counted_at integer NOT NULL DEFAULT 0; -- when it counted against the caps; 0: never
UPDATE recalls SET automatic = 1,
  rule = coalesce((SELECT d.rule FROM decisions d WHERE d.id = recalls.decision_id), '')
WHERE ended_at = 0 AND actor = 'policy';
CREATE INDEX recalls_counted ON recalls (counted_at) WHERE counted_at > 0;

-- One row for each time that a breaker tripped or somebody stopped everything.
-- Nothing automatic of the rule, or of any rule, leaves while reset_at is 0.
CREATE TABLE breakers (
  id         text    NOT NULL,
  kind       text    NOT NULL, -- rule, all, stop
  rule       text    NOT NULL,
  tripped_by text    NOT NULL,
  tripped_at integer NOT NULL,
  cap        text    NOT NULL, -- which one was passed; empty for a stop
  allowed    integer NOT NULL,
  place      text    NOT NULL, -- of the cap of a conversation: its id; of a sender: app:account
  note       blob    NOT NULL, -- sealed
  stopped    integer NOT NULL, -- recalls that had not left
  cases      integer NOT NULL, -- messages that became cases instead
  asked_by   text    NOT NULL, -- who asked for the reset, where two must agree
  asked_at   integer NOT NULL,
  asked_note blob    NOT NULL, -- sealed
  reset_by   text    NOT NULL,
  reset_at   integer NOT NULL,
  reset_note blob    NOT NULL, -- sealed
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX breakers_open ON breakers (kind, rule) WHERE reset_at = 0;
CREATE INDEX breakers_reset ON breakers (reset_at);
