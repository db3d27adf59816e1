-- Logins: links to set one up, second factors, and sessions that can be listed and ended.

-- +goose Up
CREATE TABLE setup_links (
  id         text    NOT NULL, -- SHA-256 of the link's secret, in hex
  name       text    NOT NULL, -- the login; empty: the first one, whose name is chosen by whoever opens it
  grant_name text    NOT NULL,
  app        text    NOT NULL,
  account    text    NOT NULL,
  places     text    NOT NULL, -- JSON
  made_by    text    NOT NULL,
  made_at    integer NOT NULL,
  expires_at integer NOT NULL,
  used_at    integer NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX setup_links_name ON setup_links (name);
CREATE INDEX setup_links_expires ON setup_links (expires_at);

CREATE TABLE totps (
  id        text    NOT NULL REFERENCES moderators (id),
  secret    blob    NOT NULL, -- sealed
  added_at  integer NOT NULL,
  last_step integer NOT NULL, -- of the code that was accepted last
  PRIMARY KEY (id)
);

CREATE TABLE recovery_codes (
  moderator_id text    NOT NULL REFERENCES moderators (id),
  digest       text    NOT NULL, -- keyed, in hex
  used_at      integer NOT NULL,
  PRIMARY KEY (moderator_id, digest)
);

CREATE TABLE passkeys (
  id            text    NOT NULL,
  moderator_id  text    NOT NULL REFERENCES moderators (id),
  name          text    NOT NULL,
  credential_id text    NOT NULL, -- base64url
  credential    text    NOT NULL, -- JSON: the public key and what else the library checks
  added_at      integer NOT NULL,
  used_at       integer NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX passkeys_credential ON passkeys (credential_id);
CREATE INDEX passkeys_moderator ON passkeys (moderator_id, id);

ALTER TABLE sessions ADD COLUMN actor     text NOT NULL DEFAULT ''; -- who is signed in; empty: nobody yet
ALTER TABLE sessions ADD COLUMN how       text NOT NULL DEFAULT ''; -- by what
ALTER TABLE sessions ADD COLUMN address   text NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN browser   text NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN opened_at integer NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN used_at   integer NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN ended_at  integer NOT NULL DEFAULT 0; -- it stays until its expiry, so that nothing brings it back
CREATE INDEX sessions_actor ON sessions (actor, opened_at);

CREATE TABLE sign_in_tries (
  id       text    NOT NULL, -- keyed digest of who tries
  failures integer NOT NULL,
  last_at  integer NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX sign_in_tries_last ON sign_in_tries (last_at);
