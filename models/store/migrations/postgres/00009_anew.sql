-- A group that was dissolved may be made anew under the same id: then its
-- numbers begin again, and it is another conversation.

-- +goose Up
ALTER TABLE conversations ADD COLUMN retired bigint NOT NULL DEFAULT 0; -- when the one that came before was dissolved; 0: the last of its name
DROP INDEX conversations_place;
CREATE UNIQUE INDEX conversations_place ON conversations (app, direct, ref, retired);
CREATE INDEX conversations_dissolved ON conversations (dissolved_at) WHERE dissolved_at > 0;
