-- Sweeps: recalls of many messages at once.

-- +goose Up
CREATE TABLE sweeps (
  id           text    NOT NULL,
  kind         text    NOT NULL, -- sender, span, content, finding
  app          text    NOT NULL,
  conversation text    NOT NULL, -- our id or the platform's ref; empty: everywhere in the app
  sender       text    NOT NULL,
  message_id   text    NOT NULL, -- the one that the others are like
  since        bigint  NOT NULL,
  until        bigint  NOT NULL,
  include      text    NOT NULL, -- who is not spared, parted by spaces
  reason_code  text    NOT NULL,
  note         bytea   NOT NULL, -- sealed
  state        text    NOT NULL,
  actor        text    NOT NULL,
  account_app  text    NOT NULL, -- the actor's account on the platform
  account      text    NOT NULL,
  door         text    NOT NULL, -- the trigger: api, console, cli
  created_at   bigint  NOT NULL,
  chosen       bigint  NOT NULL, -- messages to be taken back
  second       bigint  NOT NULL, -- 1: a second person has to run it
  asked_at     bigint  NOT NULL,
  run_by       text    NOT NULL,
  run_at       bigint  NOT NULL,
  ended_by     text    NOT NULL,
  ended_at     bigint  NOT NULL,
  end_note     bytea   NOT NULL, -- sealed
  trouble      text    NOT NULL, -- of a failed one
  tries        bigint  NOT NULL, -- since it last got on
  due_at       bigint  NOT NULL,
  leased_until bigint  NOT NULL,
  fence        bigint  NOT NULL, -- counts the leases; what comes under an older one is void
  PRIMARY KEY (id)
);
CREATE INDEX sweeps_actor ON sweeps (actor, id);
CREATE INDEX sweeps_state ON sweeps (state, id);

-- The messages of a sweep, as they were when it was previewed.
CREATE TABLE sweep_items (
  sweep_id        text    NOT NULL REFERENCES sweeps (id),
  message_id      text    NOT NULL REFERENCES messages (id),
  conversation_id text    NOT NULL,
  sender          text    NOT NULL,
  revision        bigint  NOT NULL,
  authority       text    NOT NULL,
  state           text    NOT NULL, -- waiting, asked, excluded, passed
  why             text    NOT NULL,
  recall_id       text    NOT NULL,
  PRIMARY KEY (sweep_id, message_id)
);
CREATE INDEX sweep_items_state ON sweep_items (sweep_id, state, message_id);
