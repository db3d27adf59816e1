-- Legal holds: what must not be taken back, and whose content must not be erased, until
-- people lift them.

-- +goose Up
CREATE TABLE legal_holds (
  id         text    NOT NULL,
  kind       text    NOT NULL, -- conversation, message, sender
  app        text    NOT NULL,
  thing      text    NOT NULL, -- the id of the conversation or message, or the sender's account
  note       blob    NOT NULL, -- sealed; why it was placed
  placed_by  text    NOT NULL,
  placed_at  integer NOT NULL,
  until      integer NOT NULL, -- 0: not before it is lifted
  stopped    integer NOT NULL, -- recalls that it kept from leaving
  too_late   integer NOT NULL, -- recalls that were under way
  asked_by   text    NOT NULL, -- who asked for the lift, where a second person must agree
  asked_at   integer NOT NULL,
  asked_note blob    NOT NULL, -- sealed
  lifted_by  text    NOT NULL,
  lifted_at  integer NOT NULL, -- 0: it stands
  lift_note  blob    NOT NULL, -- sealed
  PRIMARY KEY (id)
);
CREATE INDEX legal_holds_thing ON legal_holds (thing, kind);

-- Whatever is to erase content some day: the database refuses it for what is under a
-- legal hold, as it refuses to change the audit.

-- +goose StatementBegin
CREATE TRIGGER messages_legal_hold_delete BEFORE DELETE ON messages
WHEN EXISTS (
  SELECT 1 FROM messages m JOIN legal_holds h ON h.lifted_at = 0 AND (h.until = 0 OR h.until > CAST(strftime('%s', 'now') AS integer) * 1000) AND h.app = m.app AND (
      h.kind = 'message' AND h.thing = m.id
      OR h.kind = 'conversation' AND h.thing = m.conversation_id
      OR h.kind = 'sender' AND h.thing = m.sender)
  WHERE m.id = OLD.id)
BEGIN
  SELECT RAISE(ABORT, 'under legal hold');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER messages_legal_hold_erase BEFORE UPDATE OF content ON messages
WHEN length(NEW.content) = 0 AND length(OLD.content) > 0 AND EXISTS (
  SELECT 1 FROM messages m JOIN legal_holds h ON h.lifted_at = 0 AND (h.until = 0 OR h.until > CAST(strftime('%s', 'now') AS integer) * 1000) AND h.app = m.app AND (
      h.kind = 'message' AND h.thing = m.id
      OR h.kind = 'conversation' AND h.thing = m.conversation_id
      OR h.kind = 'sender' AND h.thing = m.sender)
  WHERE m.id = OLD.id)
BEGIN
  SELECT RAISE(ABORT, 'under legal hold');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER revisions_legal_hold_delete BEFORE DELETE ON revisions
WHEN EXISTS (
  SELECT 1 FROM messages m JOIN legal_holds h ON h.lifted_at = 0 AND (h.until = 0 OR h.until > CAST(strftime('%s', 'now') AS integer) * 1000) AND h.app = m.app AND (
      h.kind = 'message' AND h.thing = m.id
      OR h.kind = 'conversation' AND h.thing = m.conversation_id
      OR h.kind = 'sender' AND h.thing = m.sender)
  WHERE m.id = OLD.message_id)
BEGIN
  SELECT RAISE(ABORT, 'under legal hold');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER revisions_legal_hold_erase BEFORE UPDATE OF content ON revisions
WHEN length(NEW.content) = 0 AND length(OLD.content) > 0 AND EXISTS (
  SELECT 1 FROM messages m JOIN legal_holds h ON h.lifted_at = 0 AND (h.until = 0 OR h.until > CAST(strftime('%s', 'now') AS integer) * 1000) AND h.app = m.app AND (
      h.kind = 'message' AND h.thing = m.id
      OR h.kind = 'conversation' AND h.thing = m.conversation_id
      OR h.kind = 'sender' AND h.thing = m.sender)
  WHERE m.id = OLD.message_id)
BEGIN
  SELECT RAISE(ABORT, 'under legal hold');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER conflicts_legal_hold_delete BEFORE DELETE ON conflicts
WHEN EXISTS (
  SELECT 1 FROM messages m JOIN legal_holds h ON h.lifted_at = 0 AND (h.until = 0 OR h.until > CAST(strftime('%s', 'now') AS integer) * 1000) AND h.app = m.app AND (
      h.kind = 'message' AND h.thing = m.id
      OR h.kind = 'conversation' AND h.thing = m.conversation_id
      OR h.kind = 'sender' AND h.thing = m.sender)
  WHERE m.id = OLD.message_id)
BEGIN
  SELECT RAISE(ABORT, 'under legal hold');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER conflicts_legal_hold_erase BEFORE UPDATE OF content ON conflicts
WHEN length(NEW.content) = 0 AND length(OLD.content) > 0 AND EXISTS (
  SELECT 1 FROM messages m JOIN legal_holds h ON h.lifted_at = 0 AND (h.until = 0 OR h.until > CAST(strftime('%s', 'now') AS integer) * 1000) AND h.app = m.app AND (
      h.kind = 'message' AND h.thing = m.id
      OR h.kind = 'conversation' AND h.thing = m.conversation_id
      OR h.kind = 'sender' AND h.thing = m.sender)
  WHERE m.id = OLD.message_id)
BEGIN
  SELECT RAISE(ABORT, 'under legal hold');
END;
-- +goose StatementEnd
