-- Who signs in without a password: by a one-time code in the chat, or at an
-- identity provider.

-- +goose Up
CREATE TABLE sign_in_codes (
  id       text    NOT NULL,
  app      text    NOT NULL,
  account  text    NOT NULL,
  hash     blob    NOT NULL, -- keyed
  asked_at integer NOT NULL,
  until    integer NOT NULL,
  tries    integer NOT NULL,
  used_at  integer NOT NULL, -- 0: not used
  PRIMARY KEY (id)
);
CREATE INDEX sign_in_codes_account ON sign_in_codes (app, account, asked_at);
CREATE INDEX sign_in_codes_asked ON sign_in_codes (asked_at);

CREATE TABLE identities (
  issuer       text    NOT NULL,
  subject      text    NOT NULL,
  moderator_id text    NOT NULL REFERENCES moderators (id),
  PRIMARY KEY (issuer, subject)
);
