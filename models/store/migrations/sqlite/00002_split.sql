-- What was split over several messages, and what was seen through a disguise.

-- +goose Up
ALTER TABLE findings ADD COLUMN view  text NOT NULL DEFAULT '';
ALTER TABLE findings ADD COLUMN parts text NOT NULL DEFAULT ''; -- JSON; empty: it lies in one message
