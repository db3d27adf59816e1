-- Retention: what is older than it may be is erased, and then removed. The audit is cut at
-- its old end, and what is left begins at an anchor.

-- +goose Up
ALTER TABLE messages ADD COLUMN erased_at bigint NOT NULL DEFAULT 0; -- when the content was; 0: it is there

-- What is removed is looked up by what it belongs to.
CREATE INDEX sweep_items_message ON sweep_items (message_id);
CREATE INDEX recalls_decision ON recalls (decision_id);
CREATE INDEX case_skips_case ON case_skips (case_id);
CREATE INDEX set_asides_received ON set_asides (received_at);

-- One row: the round that looks for what is too old, on one node at a time.
CREATE TABLE retention_rounds (
  id           bigint NOT NULL,
  reached      bigint NOT NULL, -- the time as of which the last whole round looked; 0: none did
  ended_at     bigint NOT NULL, -- by the clock of whoever ended it
  due_at       bigint NOT NULL,
  fence        bigint NOT NULL, -- counts the leases; what comes under an older one is void
  leased_until bigint NOT NULL,
  PRIMARY KEY (id)
);
INSERT INTO retention_rounds (id, reached, ended_at, due_at, fence, leased_until) VALUES (1, 0, 0, 0, 0, 0);

-- People who were erased: by whom, when and why, and what went and stayed. Not who.
CREATE TABLE erasures (
  id        text NOT NULL,
  app       text NOT NULL,
  alias     text NOT NULL, -- what stands in the place of the account: keyed, so that nobody can guess it back
  note      bytea NOT NULL, -- sealed
  erased_by text NOT NULL,
  erased_at bigint NOT NULL,
  messages  bigint NOT NULL,
  findings  bigint NOT NULL,
  reads     bigint NOT NULL,
  names     bigint NOT NULL,
  held      bigint NOT NULL, -- messages that stayed, under a legal hold
  busy      bigint NOT NULL, -- messages that stayed, with a case or recall that is not over
  PRIMARY KEY (id)
);
CREATE INDEX erasures_alias ON erasures (alias);

-- Where a chain of the audit begins since its old entries were removed.
CREATE TABLE audit_cuts (
  chain  text   NOT NULL,
  seq    bigint NOT NULL, -- of the last entry that was removed
  hash   bytea  NOT NULL, -- of that entry
  sealed bigint NOT NULL, -- 1: that entry bore a seal, so all that follow have to
  at     bigint NOT NULL,
  seal   text   NOT NULL, -- keyed, of the others
  PRIMARY KEY (chain)
);

-- +goose StatementBegin
CREATE FUNCTION audit_cut_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM audit_cuts c WHERE c.chain = OLD.chain AND c.seq >= OLD.seq) THEN
    RAISE EXCEPTION 'the audit is append-only';
  END IF;
  RETURN OLD;
END;
$$;
-- +goose StatementEnd
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
  FOR EACH ROW EXECUTE FUNCTION audit_cut_only();
DROP TRIGGER audit_no_change ON audit;
CREATE TRIGGER audit_no_change BEFORE UPDATE OR TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
