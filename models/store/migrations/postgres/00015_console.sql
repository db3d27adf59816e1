-- What the console's pages of conversations and of the policy look things up by.

-- +goose Up
CREATE INDEX holes_place ON holes (conversation_id, first);
CREATE INDEX decisions_rule ON decisions (rule, verdict, id) WHERE rule <> '';
CREATE INDEX decisions_shadow ON decisions (id) WHERE shadow <> 'null' AND shadow <> '[]';
CREATE INDEX recalls_rule ON recalls (rule, id) WHERE rule <> '';
