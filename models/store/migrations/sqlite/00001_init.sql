-- +goose Up

-- Times are unix milliseconds, 0 for none. Columns said to be sealed hold only
-- what models/store/seal made, or nothing.

CREATE TABLE conversations (
  id              text    NOT NULL,
  app             text    NOT NULL,
  direct          integer NOT NULL, -- 1: one-to-one; its ref may look like a group's
  kind            text    NOT NULL,
  ref             text    NOT NULL,
  group_ref       text    NOT NULL, -- whose roles hold here; empty: nobody's
  type            text    NOT NULL,
  counted         integer NOT NULL, -- messages with ids below counted_to
  counted_to      text    NOT NULL,
  created_at      integer NOT NULL,
  dissolved_at    integer NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX conversations_place ON conversations (app, direct, ref);
CREATE INDEX conversations_ref ON conversations (ref);
CREATE INDEX conversations_group ON conversations (app, group_ref);

-- Message ids carry the time of receiving in front, so the order of ids is the
-- order of receiving. There is no foreign key to conversations: they are never
-- deleted, and checking it costs on every message.
CREATE TABLE messages (
  id              text    NOT NULL,
  conversation_id text    NOT NULL,
  app             text    NOT NULL,
  ref             text    NOT NULL,
  sender          text    NOT NULL,
  operator        text    NOT NULL,
  sent_at         integer NOT NULL,
  received_at     integer NOT NULL,
  edited_at       integer NOT NULL,
  revision        integer NOT NULL,
  state           text    NOT NULL,
  inspection      text    NOT NULL,
  content         blob    NOT NULL, -- sealed
  digest          blob    NOT NULL, -- keyed, of sender and content
  verdict         text    NOT NULL,
  rule            text    NOT NULL,
  policy          integer NOT NULL,
  deadline        integer NOT NULL,
  ephemeral       integer NOT NULL,
  removed_at      integer NOT NULL,
  removed_by      text    NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX messages_ref ON messages (conversation_id, ref);
CREATE INDEX messages_conversation ON messages (conversation_id, id);
CREATE INDEX messages_sender ON messages (sender, id);
CREATE INDEX messages_state ON messages (state, id) WHERE state <> 'visible';
CREATE INDEX messages_verdict ON messages (verdict, id) WHERE verdict <> 'allow';

-- What a message was before it was edited.
CREATE TABLE revisions (
  id          text    NOT NULL,
  message_id  text    NOT NULL REFERENCES messages (id),
  revision    integer NOT NULL,
  edited_at   integer NOT NULL,
  inspection  text    NOT NULL,
  content     blob    NOT NULL, -- sealed
  digest      blob    NOT NULL,
  verdict     text    NOT NULL,
  rule        text    NOT NULL,
  policy      integer NOT NULL,
  replaced_at integer NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX revisions_message ON revisions (message_id, revision);

-- Other contents that came under the ref of a known message.
CREATE TABLE conflicts (
  id         text    NOT NULL,
  message_id text    NOT NULL REFERENCES messages (id),
  digest     blob    NOT NULL,
  sender     text    NOT NULL,
  content    blob    NOT NULL, -- sealed
  at         integer NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX conflicts_message ON conflicts (message_id, digest);

CREATE TABLE findings (
  id          text             NOT NULL,
  message_id  text             NOT NULL REFERENCES messages (id),
  revision    integer          NOT NULL,
  detector    text             NOT NULL,
  category    text             NOT NULL,
  severity    text             NOT NULL,
  confidence  double precision NOT NULL,
  element     integer          NOT NULL,
  start_byte  integer          NOT NULL,
  end_byte    integer          NOT NULL,
  mask        text             NOT NULL,
  fingerprint text             NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX findings_message ON findings (message_id, revision);
CREATE INDEX findings_detector ON findings (detector, message_id);
CREATE INDEX findings_fingerprint ON findings (fingerprint);

CREATE TABLE decisions (
  id          text    NOT NULL,
  message_id  text    NOT NULL REFERENCES messages (id),
  verdict     text    NOT NULL,
  actor       text    NOT NULL,
  policy      integer NOT NULL,
  rule        text    NOT NULL,
  reason_code text    NOT NULL,
  note        blob    NOT NULL, -- sealed
  words       text    NOT NULL,
  severity    text    NOT NULL,
  shadow      text    NOT NULL, -- JSON
  at          integer NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX decisions_message ON decisions (message_id, id);

CREATE TABLE cases (
  id              text    NOT NULL,
  message_id      text    NOT NULL REFERENCES messages (id),
  conversation_id text    NOT NULL,
  app             text    NOT NULL,
  state           text    NOT NULL,
  severity        text    NOT NULL,
  rule            text    NOT NULL,
  opened_at       integer NOT NULL,
  verdict         text    NOT NULL,
  reason_code     text    NOT NULL,
  note            blob    NOT NULL, -- sealed
  decided_by      text    NOT NULL,
  decided_at      integer NOT NULL, -- 0 while it is open
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX cases_open ON cases (message_id) WHERE decided_at = 0;
CREATE INDEX cases_message ON cases (message_id, id);
CREATE INDEX cases_state ON cases (state, id);
CREATE INDEX cases_conversation ON cases (conversation_id, id);

-- A recall is active while ended_at is 0, which is exactly while its state is
-- no end. One message has at most one active recall.
CREATE TABLE recalls (
  id               text    NOT NULL,
  message_id       text    NOT NULL REFERENCES messages (id),
  conversation_id  text    NOT NULL,
  app              text    NOT NULL,
  ref              text    NOT NULL,
  sender           text    NOT NULL,
  decision_id      text    NOT NULL REFERENCES decisions (id),
  state            text    NOT NULL,
  reason_code      text    NOT NULL,
  note             blob    NOT NULL, -- sealed
  words            text    NOT NULL,
  actor            text    NOT NULL,
  authority        text    NOT NULL,
  door             text    NOT NULL, -- the trigger: policy, api, console, cli
  priority         integer NOT NULL,
  attempts         integer NOT NULL,
  code             text    NOT NULL,
  explanation      text    NOT NULL,
  sent_at_platform integer NOT NULL,
  requested_at     integer NOT NULL,
  due_at           integer NOT NULL,
  sent_at          integer NOT NULL,
  accepted_at      integer NOT NULL,
  confirmed_at     integer NOT NULL,
  ended_at         integer NOT NULL,
  deadline         integer NOT NULL,
  fence            integer NOT NULL, -- counts the leases; a settlement under an older one is void
  leased_until     integer NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX recalls_active ON recalls (message_id) WHERE ended_at = 0;
CREATE INDEX recalls_due ON recalls (conversation_id, due_at) WHERE ended_at = 0;
CREATE INDEX recalls_waiting ON recalls (due_at) WHERE ended_at = 0;
CREATE INDEX recalls_message ON recalls (message_id, id);
CREATE INDEX recalls_conversation ON recalls (conversation_id, id);
CREATE INDEX recalls_state ON recalls (state, id);

CREATE TABLE pauses (
  app   text    NOT NULL,
  until integer NOT NULL,
  code  text    NOT NULL,
  PRIMARY KEY (app)
);

-- Who has read what. A row with a ref tells of one message: of one reader, or,
-- where reader is empty, how many. A row without a ref is a mark: the reader has
-- read everything posted up to through.
CREATE TABLE reads (
  conversation_id text    NOT NULL,
  ref             text    NOT NULL,
  reader          text    NOT NULL,
  through         integer NOT NULL,
  seen            integer NOT NULL,
  unseen          integer NOT NULL,
  at              integer NOT NULL,
  PRIMARY KEY (conversation_id, ref, reader)
);

CREATE TABLE gaps (
  id              text    NOT NULL,
  conversation_id text    NOT NULL,
  at              integer NOT NULL,
  noted_at        integer NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX gaps_conversation ON gaps (conversation_id, id);

CREATE TABLE set_asides (
  id          text    NOT NULL,
  app         text    NOT NULL,
  received_at integer NOT NULL,
  reason      text    NOT NULL,
  command     text    NOT NULL,
  body        blob    NOT NULL, -- sealed
  truncated   integer NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX set_asides_app ON set_asides (app, id);

CREATE TABLE reveals (
  id         text    NOT NULL,
  message_id text    NOT NULL REFERENCES messages (id),
  actor      text    NOT NULL,
  purpose    blob    NOT NULL, -- sealed
  at         integer NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX reveals_message ON reveals (message_id, id);

CREATE TABLE audit (
  id      text    NOT NULL,
  chain   text    NOT NULL,
  seq     integer NOT NULL,
  at      integer NOT NULL,
  actor   text    NOT NULL,
  action  text    NOT NULL,
  subject text    NOT NULL,
  thing   text    NOT NULL,
  details text    NOT NULL, -- JSON
  prev    blob    NOT NULL,
  hash    blob    NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX audit_chain ON audit (chain, seq);
CREATE INDEX audit_thing ON audit (thing, id);
CREATE INDEX audit_actor ON audit (actor, id);
CREATE INDEX audit_action ON audit (action, id);

-- +goose StatementBegin
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN
  SELECT RAISE(ABORT, 'the audit is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN
  SELECT RAISE(ABORT, 'the audit is append-only');
END;
-- +goose StatementEnd

CREATE TABLE policies (
  version    integer NOT NULL,
  app        text    NOT NULL,
  source     blob    NOT NULL, -- sealed
  digest     blob    NOT NULL, -- keyed, of app and source
  applied_by text    NOT NULL,
  applied_at integer NOT NULL,
  note       blob    NOT NULL, -- sealed
  in_force   integer NOT NULL,
  rollback   integer NOT NULL,
  PRIMARY KEY (version)
);
CREATE UNIQUE INDEX policies_in_force ON policies (in_force) WHERE in_force = 1;

CREATE TABLE tokens (
  id         text    NOT NULL,
  name       text    NOT NULL,
  hash       blob    NOT NULL, -- SHA-256 of the token
  grant_name text    NOT NULL,
  app        text    NOT NULL,
  account    text    NOT NULL,
  places     text    NOT NULL, -- JSON
  created_at integer NOT NULL,
  revoked_at integer NOT NULL,
  last_used  integer NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX tokens_name ON tokens (name);
CREATE UNIQUE INDEX tokens_hash ON tokens (hash);

CREATE TABLE moderators (
  id            text    NOT NULL,
  name          text    NOT NULL,
  password_hash text    NOT NULL, -- argon2id
  grant_name    text    NOT NULL,
  app           text    NOT NULL,
  account       text    NOT NULL,
  places        text    NOT NULL, -- JSON
  created_at    integer NOT NULL,
  disabled_at   integer NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX moderators_name ON moderators (name);

CREATE TABLE sessions (
  id     text    NOT NULL, -- SHA-256 of the session token, in hex
  state  blob    NOT NULL, -- sealed
  expiry integer NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX sessions_expiry ON sessions (expiry);
