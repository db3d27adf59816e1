package store

import "slices"

// The tables that rows are inserted into by hand. The order of the columns is
// the order of the values in the calls of rows.add.
var (
	messagesTable = &table{name: "messages", columns: slices.Concat(
		texts("id", "conversation_id", "app", "ref", "sender", "operator"),
		numbers("sent_at", "received_at", "edited_at", "revision"),
		texts("state", "inspection"), blobs("content", "digest"),
		texts("verdict", "rule"), numbers("policy", "deadline", "ephemeral", "removed_at"),
		texts("removed_by"),
	), conflict: "DO NOTHING"}

	findingsTable = &table{name: "findings", columns: slices.Concat(
		texts("id", "message_id"), numbers("revision"), texts("detector", "category", "severity"),
		reals("confidence"), numbers("element", "start_byte", "end_byte"),
		texts("mask", "fingerprint", "view", "parts"),
	)}

	decisionsTable = &table{name: "decisions", columns: slices.Concat(
		texts("id", "message_id", "verdict", "actor"), numbers("policy"), texts("rule", "reason_code"),
		blobs("note"), texts("words", "severity", "shadow"), numbers("at"),
	)}

	casesTable = &table{name: "cases", columns: slices.Concat(
		texts("id", "message_id", "conversation_id", "app", "state", "severity", "rule"), numbers("opened_at"),
		texts("verdict", "reason_code"), blobs("note"), texts("decided_by"), numbers("decided_at"),
		texts("why", "requested_by"), numbers("requested_at"), texts("request_code"), blobs("request_note"),
		numbers("deadline", "unread", "place"),
	)}

	recallsTable = &table{name: "recalls", columns: slices.Concat(
		texts("id", "message_id", "conversation_id", "app", "ref", "sender", "decision_id", "state", "reason_code"),
		blobs("note"), texts("words", "actor", "authority", "door"), numbers("priority", "attempts"),
		texts("code", "explanation"),
		numbers("sent_at_platform", "requested_at", "due_at", "sent_at", "accepted_at", "confirmed_at",
			"ended_at", "deadline", "fence", "leased_until"),
		texts("rule"), numbers("automatic", "counted_at"), texts("account", "rights"), numbers("members"),
	)}

	breakersTable = &table{name: "breakers", columns: slices.Concat(
		texts("id", "kind", "rule", "tripped_by"), numbers("tripped_at"), texts("cap"), numbers("allowed"),
		texts("place"), blobs("note"), numbers("stopped", "cases"), texts("asked_by"), numbers("asked_at"),
		blobs("asked_note"), texts("reset_by"), numbers("reset_at"), blobs("reset_note"),
	)}

	sweepsTable = &table{name: "sweeps", columns: slices.Concat(
		texts("id", "kind", "app", "conversation", "sender", "message_id"), numbers("since", "until"),
		texts("include", "reason_code"), blobs("note"), texts("state", "actor", "account_app", "account", "door"),
		numbers("created_at", "chosen", "second", "asked_at"), texts("run_by"), numbers("run_at"),
		texts("ended_by"), numbers("ended_at"), blobs("end_note"), texts("trouble"),
		numbers("tries", "due_at", "leased_until", "fence"),
	)}

	sweepItemsTable = &table{name: "sweep_items", columns: slices.Concat(
		texts("sweep_id", "message_id", "conversation_id", "sender"), numbers("revision"),
		texts("authority", "state", "why", "recall_id"),
	)}

	coverageTable = &table{name: "coverage", columns: slices.Concat(
		texts("conversation_id", "app", "kind"), numbers("first", "newest", "seen", "late", "backfilled", "tips", "gone",
			"heard_at", "asked_at", "due_at"),
	), conflict: `(conversation_id) DO UPDATE SET first = excluded.first, newest = excluded.newest, seen = excluded.seen,
		late = excluded.late, backfilled = excluded.backfilled, tips = excluded.tips, gone = excluded.gone,
		heard_at = excluded.heard_at, asked_at = excluded.asked_at, due_at = excluded.due_at`}

	newCoverageTable = &table{name: "coverage", columns: coverageTable.columns, conflict: "DO NOTHING"}

	coverageDaysTable = &table{name: "coverage_days", columns: slices.Concat(
		texts("app"), numbers("day", "seen", "late", "backfilled", "tips", "gone"),
	), conflict: `(app, day) DO UPDATE SET seen = coverage_days.seen + excluded.seen, late = coverage_days.late + excluded.late,
		backfilled = coverage_days.backfilled + excluded.backfilled, tips = coverage_days.tips + excluded.tips,
		gone = coverage_days.gone + excluded.gone`}

	holesTable = &table{name: "holes", columns: slices.Concat(
		texts("id", "conversation_id", "app"), numbers("first", "last", "found_at", "closed_at"), texts("how"),
		numbers("tries"), texts("code", "words"), numbers("due_at"),
	)}

	auditTable = &table{name: "audit", columns: slices.Concat(
		texts("id", "chain"), numbers("seq", "at"), texts("actor", "action", "subject", "thing", "details"),
		blobs("prev", "hash"), texts("seal"),
	)}
)
