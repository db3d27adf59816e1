-- +goose Up

-- Times are unix milliseconds, 0 for none. Columns said to be sealed hold only
-- what models/store/seal made, or nothing.

CREATE TABLE conversations (
  id              text    NOT NULL,
  app             text    NOT NULL,
  direct          bigint  NOT NULL, -- 1: one-to-one; its ref may look like a group's
  kind            text    NOT NULL,
  ref             text    NOT NULL,
  group_ref       text    NOT NULL, -- whose roles hold here; empty: nobody's
  type            text    NOT NULL,
  counted         bigint  NOT NULL, -- messages with ids below counted_to
  counted_to      text    NOT NULL,
  created_at      bigint  NOT NULL,
  dissolved_at    bigint  NOT NULL,
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
  sent_at         bigint  NOT NULL,
  received_at     bigint  NOT NULL,
  edited_at       bigint  NOT NULL,
  revision        bigint  NOT NULL,
  state           text    NOT NULL,
  inspection      text    NOT NULL,
  content         bytea   NOT NULL, -- sealed
  digest          bytea   NOT NULL, -- keyed, of sender and content
  verdict         text    NOT NULL,
  rule            text    NOT NULL,
  policy          bigint  NOT NULL,
  deadline        bigint  NOT NULL,
  ephemeral       bigint  NOT NULL,
  removed_at      bigint  NOT NULL,
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
  revision    bigint  NOT NULL,
  edited_at   bigint  NOT NULL,
  inspection  text    NOT NULL,
  content     bytea   NOT NULL, -- sealed
  digest      bytea   NOT NULL,
  verdict     text    NOT NULL,
  rule        text    NOT NULL,
  policy      bigint  NOT NULL,
  replaced_at bigint  NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX revisions_message ON revisions (message_id, revision);

-- Other contents that came under the ref of a known message.
CREATE TABLE conflicts (
  id         text    NOT NULL,
  message_id text    NOT NULL REFERENCES messages (id),
  digest     bytea   NOT NULL,
  sender     text    NOT NULL,
  content    bytea   NOT NULL, -- sealed
  at         bigint  NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX conflicts_message ON conflicts (message_id, digest);

CREATE TABLE findings (
  id          text             NOT NULL,
  message_id  text             NOT NULL REFERENCES messages (id),
  revision    bigint           NOT NULL,
  detector    text             NOT NULL,
  category    text             NOT NULL,
  severity    text             NOT NULL,
  confidence  double precision NOT NULL,
  element     bigint           NOT NULL,
  start_byte  bigint           NOT NULL,
  end_byte    bigint           NOT NULL,
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
  policy      bigint  NOT NULL,
  rule        text    NOT NULL,
  reason_code text    NOT NULL,
  note        bytea   NOT NULL, -- sealed
  words       text    NOT NULL,
  severity    text    NOT NULL,
  shadow      text    NOT NULL, -- JSON
  at          bigint  NOT NULL,
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
  opened_at       bigint  NOT NULL,
  verdict         text    NOT NULL,
  reason_code     text    NOT NULL,
  note            bytea   NOT NULL, -- sealed
  decided_by      text    NOT NULL,
  decided_at      bigint  NOT NULL, -- 0 while it is open
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
  note             bytea   NOT NULL, -- sealed
  words            text    NOT NULL,
  actor            text    NOT NULL,
  authority        text    NOT NULL,
  door             text    NOT NULL, -- the trigger: policy, api, console, cli
  priority         bigint  NOT NULL,
  attempts         bigint  NOT NULL,
  code             text    NOT NULL,
  explanation      text    NOT NULL,
  sent_at_platform bigint  NOT NULL,
  requested_at     bigint  NOT NULL,
  due_at           bigint  NOT NULL,
  sent_at          bigint  NOT NULL,
  accepted_at      bigint  NOT NULL,
  confirmed_at     bigint  NOT NULL,
  ended_at         bigint  NOT NULL,
  deadline         bigint  NOT NULL,
  fence            bigint  NOT NULL, -- counts the leases; a settlement under an older one is void
  leased_until     bigint  NOT NULL,
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
  until bigint  NOT NULL,
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
  through         bigint  NOT NULL,
  seen            bigint  NOT NULL,
  unseen          bigint  NOT NULL,
  at              bigint  NOT NULL,
  PRIMARY KEY (conversation_id, ref, reader)
);

CREATE TABLE gaps (
  id              text    NOT NULL,
  conversation_id text    NOT NULL,
  at              bigint  NOT NULL,
  noted_at        bigint  NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX gaps_conversation ON gaps (conversation_id, id);

CREATE TABLE set_asides (
  id          text    NOT NULL,
  app         text    NOT NULL,
  received_at bigint  NOT NULL,
  reason      text    NOT NULL,
  command     text    NOT NULL,
  body        bytea   NOT NULL, -- sealed
  truncated   bigint  NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX set_asides_app ON set_asides (app, id);

CREATE TABLE reveals (
  id         text    NOT NULL,
  message_id text    NOT NULL REFERENCES messages (id),
  actor      text    NOT NULL,
  purpose    bytea   NOT NULL, -- sealed
  at         bigint  NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX reveals_message ON reveals (message_id, id);

CREATE TABLE audit (
  id      text    NOT NULL,
  chain   text    NOT NULL,
  seq     bigint  NOT NULL,
  at      bigint  NOT NULL,
  actor   text    NOT NULL,
  action  text    NOT NULL,
  subject text    NOT NULL,
  thing   text    NOT NULL,
  details text    NOT NULL, -- JSON
  prev    bytea   NOT NULL,
  hash    bytea   NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX audit_chain ON audit (chain, seq);
CREATE INDEX audit_thing ON audit (thing, id);
CREATE INDEX audit_actor ON audit (actor, id);
CREATE INDEX audit_action ON audit (action, id);

-- +goose StatementBegin
CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit is append-only';
END;
$$;
-- +goose StatementEnd
CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();

CREATE TABLE policies (
  version    bigint  NOT NULL,
  app        text    NOT NULL,
  source     bytea   NOT NULL, -- sealed
  digest     bytea   NOT NULL, -- keyed, of app and source
  applied_by text    NOT NULL,
  applied_at bigint  NOT NULL,
  note       bytea   NOT NULL, -- sealed
  in_force   bigint  NOT NULL,
  rollback   bigint  NOT NULL,
  PRIMARY KEY (version)
);
CREATE UNIQUE INDEX policies_in_force ON policies (in_force) WHERE in_force = 1;

CREATE TABLE tokens (
  id         text    NOT NULL,
  name       text    NOT NULL,
  hash       bytea   NOT NULL, -- SHA-256 of the token
  grant_name text    NOT NULL,
  app        text    NOT NULL,
  account    text    NOT NULL,
  places     text    NOT NULL, -- JSON
  created_at bigint  NOT NULL,
  revoked_at bigint  NOT NULL,
  last_used  bigint  NOT NULL,
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
  created_at    bigint  NOT NULL,
  disabled_at   bigint  NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX moderators_name ON moderators (name);

CREATE TABLE sessions (
  id     text    NOT NULL, -- SHA-256 of the session token, in hex
  state  bytea   NOT NULL, -- sealed
  expiry bigint  NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX sessions_expiry ON sessions (expiry);
