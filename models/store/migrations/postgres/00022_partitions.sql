-- Messages and the audit are partitioned by time, which their ids begin with. What is there
-- becomes the first partition, up to the next edge; takeback makes those that follow ahead
-- of time. What falls into none, of a clock years ahead, is kept in the rest.
--
-- No unique index can span partitions without the time in it: that a ref names one message
-- of a conversation each partition sees to within itself, and the keeping of messages across
-- two of them. Rows of other tables refer to messages without a foreign key, which would
-- have each partition searched for them before it may go.

-- +goose Up
ALTER TABLE revisions DROP CONSTRAINT revisions_message_id_fkey;
ALTER TABLE conflicts DROP CONSTRAINT conflicts_message_id_fkey;
ALTER TABLE findings DROP CONSTRAINT findings_message_id_fkey;
ALTER TABLE decisions DROP CONSTRAINT decisions_message_id_fkey;
ALTER TABLE cases DROP CONSTRAINT cases_message_id_fkey;
ALTER TABLE recalls DROP CONSTRAINT recalls_message_id_fkey;
ALTER TABLE reveals DROP CONSTRAINT reveals_message_id_fkey;
ALTER TABLE sweep_items DROP CONSTRAINT sweep_items_message_id_fkey;

-- A trigger is run by a partition under the partition's name, so it is told what it guards.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION refuse_under_legal_hold() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  message text;
BEGIN
  IF TG_NARGS > 0 AND TG_ARGV[0] = 'messages' THEN message := OLD.id; ELSE message := OLD.message_id; END IF;
  IF EXISTS (
    SELECT 1 FROM messages m JOIN legal_holds h ON h.lifted_at = 0 AND (h.until = 0 OR h.until > extract(epoch FROM clock_timestamp()) * 1000) AND h.app = m.app AND (
      h.kind = 'message' AND h.thing = m.id
      OR h.kind = 'conversation' AND h.thing = m.conversation_id
      OR h.kind = 'sender' AND h.thing = m.sender)
    WHERE m.id = message) THEN
    RAISE EXCEPTION 'under legal hold';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END;
$$;
-- +goose StatementEnd
DROP TRIGGER messages_legal_hold_delete ON messages;
DROP TRIGGER messages_legal_hold_erase ON messages;
ALTER TABLE messages RENAME TO messages_before;
ALTER INDEX messages_pkey RENAME TO messages_before_pkey;
ALTER INDEX messages_ref RENAME TO messages_before_ref;
ALTER INDEX messages_conversation RENAME TO messages_before_conversation;
ALTER INDEX messages_sender RENAME TO messages_before_sender;
ALTER INDEX messages_state RENAME TO messages_before_state;
ALTER INDEX messages_verdict RENAME TO messages_before_verdict;

CREATE TABLE messages (LIKE messages_before INCLUDING DEFAULTS, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE INDEX messages_conversation ON messages (conversation_id, id);
CREATE INDEX messages_sender ON messages (sender, id);
CREATE INDEX messages_state ON messages (state, id) WHERE state <> 'visible';
CREATE INDEX messages_verdict ON messages (verdict, id) WHERE verdict <> 'allow';
-- Those of which more is to be kept than that they came.
CREATE INDEX messages_apart ON messages (id)
  WHERE inspection <> 'clean' OR verdict <> 'allow' OR state <> 'visible' OR edited_at > 0 OR erased_at > 0;
CREATE TRIGGER messages_legal_hold_delete BEFORE DELETE ON messages
  FOR EACH ROW EXECUTE FUNCTION refuse_under_legal_hold('messages');
CREATE TRIGGER messages_legal_hold_erase BEFORE UPDATE OF content ON messages
  FOR EACH ROW WHEN (length(NEW.content) = 0 AND length(OLD.content) > 0) EXECUTE FUNCTION refuse_under_legal_hold('messages');
CREATE TABLE messages_rest PARTITION OF messages DEFAULT;
CREATE UNIQUE INDEX messages_rest_ref ON messages_rest (conversation_id, ref);

DROP TRIGGER audit_no_change ON audit;
DROP TRIGGER audit_no_delete ON audit;
ALTER TABLE audit RENAME TO audit_before;
ALTER INDEX audit_pkey RENAME TO audit_before_pkey;
ALTER INDEX audit_chain RENAME TO audit_before_chain;
ALTER INDEX audit_thing RENAME TO audit_before_thing;
ALTER INDEX audit_actor RENAME TO audit_before_actor;
ALTER INDEX audit_action RENAME TO audit_before_action;

CREATE TABLE audit (LIKE audit_before INCLUDING DEFAULTS, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE INDEX audit_thing ON audit (thing, id);
CREATE INDEX audit_actor ON audit (actor, id);
CREATE INDEX audit_action ON audit (action, id);
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
  FOR EACH ROW EXECUTE FUNCTION audit_cut_only();
CREATE TRIGGER audit_no_change BEFORE UPDATE ON audit
  FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
CREATE TABLE audit_rest PARTITION OF audit DEFAULT;
CREATE UNIQUE INDEX audit_rest_chain ON audit_rest (chain, seq);
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_rest
  FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_before
  FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();

-- The first id of the next edge: edges are whole weeks, for the audit four of them, from 1970.
-- +goose StatementBegin
DO $$
DECLARE
  part record;
  edge text;
BEGIN
  FOR part IN SELECT * FROM (VALUES ('messages', 7 * 86400000::bigint), ('audit', 28 * 86400000::bigint)) AS v (name, width) LOOP
    edge := lpad(to_hex(((extract(epoch FROM clock_timestamp()) * 1000)::bigint / part.width + 1) * part.width), 12, '0');
    edge := substr(edge, 1, 8) || '-' || substr(edge, 9) || '-7000-8000-000000000000';
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%L)', part.name, part.name || '_before', edge);
  END LOOP;
END;
$$;
-- +goose StatementEnd
