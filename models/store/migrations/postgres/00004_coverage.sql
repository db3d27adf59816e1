-- Which numbers of each conversation were seen, and what became of the others.

-- +goose Up

-- Every number from first to newest is either counted here or in an open hole.
CREATE TABLE coverage (
  conversation_id text    NOT NULL,
  app             text    NOT NULL,
  kind            text    NOT NULL,
  first           bigint  NOT NULL, -- 0: nothing is accounted for yet
  newest          bigint  NOT NULL,
  seen            bigint  NOT NULL,
  late            bigint  NOT NULL, -- of those seen
  backfilled      bigint  NOT NULL,
  tips            bigint  NOT NULL,
  gone            bigint  NOT NULL,
  heard_at        bigint  NOT NULL, -- when the last message was delivered
  asked_at        bigint  NOT NULL, -- when the platform was asked last
  due_at          bigint  NOT NULL, -- when it is to be asked again; 0: not
  PRIMARY KEY (conversation_id)
);
CREATE INDEX coverage_due ON coverage (app, due_at) WHERE due_at > 0;

-- One row per range of numbers, open while closed_at is 0.
CREATE TABLE holes (
  id              text    NOT NULL,
  conversation_id text    NOT NULL,
  app             text    NOT NULL,
  first           bigint  NOT NULL,
  last            bigint  NOT NULL,
  found_at        bigint  NOT NULL,
  closed_at       bigint  NOT NULL,
  how             text    NOT NULL, -- late_webhook, history, system_tip, gone
  tries           bigint  NOT NULL,
  code            text    NOT NULL, -- the platform's last answer
  words           text    NOT NULL,
  due_at          bigint  NOT NULL, -- when history is to be asked, and while somebody asks, when another may
  PRIMARY KEY (id)
);
CREATE INDEX holes_open ON holes (conversation_id, first) WHERE closed_at = 0;
CREATE INDEX holes_due ON holes (due_at) WHERE closed_at = 0;
CREATE INDEX holes_closed ON holes (conversation_id, closed_at);

-- The same counts by the day on which a number was seen or found missing.
CREATE TABLE coverage_days (
  app        text    NOT NULL,
  day        bigint  NOT NULL, -- since 1970, UTC
  seen       bigint  NOT NULL,
  late       bigint  NOT NULL,
  backfilled bigint  NOT NULL,
  tips       bigint  NOT NULL,
  gone       bigint  NOT NULL,
  PRIMARY KEY (app, day)
);

-- What is known already is looked at with the first start.
INSERT INTO coverage (conversation_id, app, kind, first, newest, seen, late, backfilled, tips, gone, heard_at, asked_at, due_at)
SELECT id, app, kind, 0, 0, 0, 0, 0, 0, 0, heard, 0, CASE WHEN kind IN ('group', 'topic') THEN 1 ELSE 0 END
FROM (SELECT c.id, c.app, c.kind,
    (SELECT m.received_at FROM messages m WHERE m.conversation_id = c.id ORDER BY m.id DESC LIMIT 1) AS heard
  FROM conversations c WHERE c.dissolved_at = 0) AS known
WHERE heard IS NOT NULL;
