-- A recall is written four times on its way, and each time all its indexes were written
-- with it. PostgreSQL leaves them alone where no column of any index changes and the page
-- has room: what a recall is in must stand in none of them before its end.

-- +goose Up
DROP INDEX recalls_state;
ALTER TABLE recalls ADD COLUMN ended_as text NOT NULL GENERATED ALWAYS AS (CASE WHEN ended_at > 0 THEN state ELSE '' END) STORED;
CREATE INDEX recalls_ended_as ON recalls (ended_as, id) WHERE ended_as <> '';
ALTER TABLE recalls SET (fillfactor = 60);
