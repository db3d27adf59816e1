-- Recalls are looked up by how they ended. Before that their state changes too often to be
-- worth an index.

-- +goose Up
DROP INDEX recalls_state;
ALTER TABLE recalls ADD COLUMN ended_as text NOT NULL GENERATED ALWAYS AS (CASE WHEN ended_at > 0 THEN state ELSE '' END) VIRTUAL;
CREATE INDEX recalls_ended_as ON recalls (ended_as, id) WHERE ended_as <> '';
