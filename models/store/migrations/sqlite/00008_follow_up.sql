-- What takeback itself posts into a chat: notices, and what stands in the place
-- of messages that were taken back.

-- +goose Up
CREATE TABLE postings (
  id              text    NOT NULL,
  recall_id       text    NOT NULL,
  message_id      text    NOT NULL, -- that was taken back
  conversation_id text    NOT NULL,
  app             text    NOT NULL,
  kind            text    NOT NULL, -- notice, tombstone, replacement
  account         text    NOT NULL, -- whom it is for; empty: the conversation
  sender          text    NOT NULL, -- in whose name; empty: our own account
  named           text    NOT NULL, -- whose words they are
  language        text    NOT NULL,
  content         blob    NOT NULL, -- sealed
  digest          blob    NOT NULL, -- of what a message with that content has
  random          integer NOT NULL,
  state           text    NOT NULL,
  ordered_by      text    NOT NULL,
  attempts        integer NOT NULL,
  code            text    NOT NULL,
  explanation     text    NOT NULL,
  ordered_at      integer NOT NULL,
  due_at          integer NOT NULL,
  sent_at         integer NOT NULL,
  posted_at       integer NOT NULL,
  ended_at        integer NOT NULL, -- 0 while it is worked on
  ref             text    NOT NULL, -- the platform's name of what was posted
  kept_id         text    NOT NULL, -- the message that it became here
  fence           integer NOT NULL,
  leased_until    integer NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX postings_once ON postings (recall_id, kind, account) WHERE state NOT IN ('failed', 'cancelled');
CREATE INDEX postings_recall ON postings (recall_id, id);
CREATE INDEX postings_due ON postings (due_at) WHERE ended_at = 0 AND state <> 'ordered';
CREATE INDEX postings_account ON postings (app, account, ordered_at) WHERE account <> '';
CREATE INDEX postings_digest ON postings (conversation_id, digest) WHERE account = '';
CREATE INDEX postings_kept ON postings (kept_id) WHERE kept_id <> '';
