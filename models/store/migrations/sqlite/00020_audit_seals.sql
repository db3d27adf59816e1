-- Each entry of the audit bears a seal: what a forger who has the database alone cannot make.

-- +goose Up
ALTER TABLE audit ADD COLUMN seal text NOT NULL DEFAULT ''; -- keyed, of the hash; empty: older than seals
