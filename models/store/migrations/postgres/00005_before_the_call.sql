-- What is done between the claim of a recall and its call, and with what nobody knows.

-- +goose Up
ALTER TABLE recalls ADD COLUMN account     text    NOT NULL DEFAULT ''; -- whose right it was asked for in, where that is an account's
ALTER TABLE recalls ADD COLUMN rights      text    NOT NULL DEFAULT ''; -- JSON: of those who asked for the same afterwards
ALTER TABLE recalls ADD COLUMN looks       bigint  NOT NULL DEFAULT 0;  -- that told nothing since the last call
ALTER TABLE recalls ADD COLUMN asked_at    bigint  NOT NULL DEFAULT 0;  -- when a person was asked what to do; 0: never
ALTER TABLE recalls ADD COLUMN members     bigint  NOT NULL DEFAULT -1; -- of the conversation before the call; -1: not known
ALTER TABLE recalls ADD COLUMN evidence_at bigint  NOT NULL DEFAULT 0;  -- when members and receipts were asked for; 0: never
ALTER TABLE cases   ADD COLUMN why         text    NOT NULL DEFAULT ''; -- why a person is asked, where no rule says so
