-- Outgoing webhooks: what is to be told to other systems, and how they answer.

-- +goose Up
CREATE TABLE hook_deliveries (
  id           text    NOT NULL,
  hook         text    NOT NULL,
  event        text    NOT NULL, -- recall.confirmed, case.opened, ...
  thing        text    NOT NULL, -- its id
  body         text    NOT NULL, -- JSON; ids, states and times, nothing that people wrote
  state        text    NOT NULL, -- waiting, delivered, failed
  attempts     bigint  NOT NULL,
  status       bigint  NOT NULL, -- the last HTTP status; 0: none came
  explanation  text    NOT NULL,
  made_at      bigint  NOT NULL,
  due_at       bigint  NOT NULL,
  delivered_at bigint  NOT NULL,
  fence        bigint  NOT NULL,
  leased_until bigint  NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX hook_deliveries_due ON hook_deliveries (hook, due_at) WHERE state = 'waiting';
CREATE INDEX hook_deliveries_hook ON hook_deliveries (hook, id);

CREATE TABLE hook_endpoints (
  hook          text    NOT NULL,
  failing_since bigint  NOT NULL, -- 0: the last delivery was taken
  disabled_at   bigint  NOT NULL, -- 0: it is called
  PRIMARY KEY (hook)
);
