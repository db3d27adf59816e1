-- Figures of what is over, so that a page of numbers adds up some thousand rows and not
-- every recall.

-- +goose Up
CREATE TABLE slots (
  conversation_id text    NOT NULL, -- empty: of all conversations
  slot            integer NOT NULL, -- when it began
  figures         text    NOT NULL, -- JSON: models.Figures
  PRIMARY KEY (conversation_id, slot)
);
CREATE INDEX recalls_ended ON recalls (ended_at) WHERE ended_at > 0;
CREATE INDEX cases_decided ON cases (decided_at) WHERE decided_at > 0;
