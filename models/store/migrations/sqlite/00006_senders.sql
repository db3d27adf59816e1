-- Senders who ask for a message of their own to be taken back, after the time in
-- which they may do so alone.

-- +goose Up
ALTER TABLE cases ADD COLUMN requested_by text    NOT NULL DEFAULT ''; -- who asks; empty where nobody does
ALTER TABLE cases ADD COLUMN requested_at integer NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN request_code text    NOT NULL DEFAULT ''; -- the reason that was given
ALTER TABLE cases ADD COLUMN request_note blob;                        -- sealed; null where nobody asks
