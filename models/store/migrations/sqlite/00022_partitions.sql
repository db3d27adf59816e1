-- On PostgreSQL messages and the audit are partitioned by time. On SQLite they are not:
-- the number keeps the two in step.

-- +goose Up
SELECT 1;
