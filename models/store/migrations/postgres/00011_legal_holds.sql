-- Legal holds: what must not be taken back, and whose content must not be erased, until
-- people lift them.

-- +goose Up
CREATE TABLE legal_holds (
  id         text    NOT NULL,
  kind       text    NOT NULL, -- conversation, message, sender
  app        text    NOT NULL,
  thing      text    NOT NULL, -- the id of the conversation or message, or the sender's account
  note       bytea   NOT NULL, -- sealed; why it was placed
  placed_by  text    NOT NULL,
  placed_at  bigint  NOT NULL,
  until      bigint  NOT NULL, -- 0: not before it is lifted
  stopped    bigint  NOT NULL, -- recalls that it kept from leaving
  too_late   bigint  NOT NULL, -- recalls that were under way
  asked_by   text    NOT NULL, -- who asked for the lift, where a second person must agree
  asked_at   bigint  NOT NULL,
  asked_note bytea   NOT NULL, -- sealed
  lifted_by  text    NOT NULL,
  lifted_at  bigint  NOT NULL, -- 0: it stands
  lift_note  bytea   NOT NULL, -- sealed
  PRIMARY KEY (id)
);
CREATE INDEX legal_holds_thing ON legal_holds (thing, kind);

-- Whatever is to erase content some day: the database refuses it for what is under a
-- legal hold, as it refuses to change the audit.

-- +goose StatementBegin
CREATE FUNCTION refuse_under_legal_hold() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  message text;
BEGIN
  IF TG_TABLE_NAME = 'messages' THEN message := OLD.id; ELSE message := OLD.message_id; END IF;
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
CREATE TRIGGER messages_legal_hold_delete BEFORE DELETE ON messages
  FOR EACH ROW EXECUTE FUNCTION refuse_under_legal_hold();
CREATE TRIGGER messages_legal_hold_erase BEFORE UPDATE OF content ON messages
  FOR EACH ROW WHEN (length(NEW.content) = 0 AND length(OLD.content) > 0) EXECUTE FUNCTION refuse_under_legal_hold();
CREATE TRIGGER revisions_legal_hold_delete BEFORE DELETE ON revisions
  FOR EACH ROW EXECUTE FUNCTION refuse_under_legal_hold();
CREATE TRIGGER revisions_legal_hold_erase BEFORE UPDATE OF content ON revisions
  FOR EACH ROW WHEN (length(NEW.content) = 0 AND length(OLD.content) > 0) EXECUTE FUNCTION refuse_under_legal_hold();
CREATE TRIGGER conflicts_legal_hold_delete BEFORE DELETE ON conflicts
  FOR EACH ROW EXECUTE FUNCTION refuse_under_legal_hold();
CREATE TRIGGER conflicts_legal_hold_erase BEFORE UPDATE OF content ON conflicts
  FOR EACH ROW WHEN (length(NEW.content) = 0 AND length(OLD.content) > 0) EXECUTE FUNCTION refuse_under_legal_hold();
