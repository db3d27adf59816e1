package main

// proof is a test that is run at its full size.
type proof struct {
	name string
	pkg  string
	run  string
	full []string // environment variables and flags for the full size
}

var proofs = []proof{
	{"every transition of a recall, by every cause", "./models/store", "^TestEveryTransitionIsMadeOrRefused$", nil},
	{"a million random actions on recalls", "./models/store", "^TestRecallsKeepToTheirLife$", []string{"-rapid.checks=33000"}},
	{"orders and copies of all that is heard (SQLite)", "./models/store", "^TestSQLite$/^order$", []string{"SHUFFLES=1000"}},
	{"orders and copies of all that is heard (PostgreSQL)", "./models/store", "^TestPostgres$/^order$", []string{"SHUFFLES=100"}},
	{"a group made anew", "./models/store", "^Test(SQLite|Postgres)$/^anew$", nil},
	{"a backlog leaves fast and fairly", ".", "^TestBacklogLeavesFastAndFairly$", []string{"PROOF=1"}},
	{"three lost answers in ten lead to no wrong outcome", ".", "^TestLostAnswersLeadToNoWrongOutcome$", []string{"PROOF=1"}},
	{"nothing slips past unseen", ".", "^TestNothingSlipsPastUnseen$", []string{"PROOF=1"}},
	{"a replacement is posted once, though answers are lost", ".", "^TestReplacementsAreOnceWhenAnswersAreLost$", nil},
	{"and though the service is killed", ".", "^TestKilledBetweenPostingAndKnowing$", nil},
	{"sweeps stop, go on after a crash, and spare who is to be spared", ".", "^TestASweep", nil},
	{"nobody takes back what is under a legal hold", ".", "^TestNobodyTakesBackWhatIsUnderALegalHold$", nil},
	{"a legal hold stops what is queued", ".", "^TestALegalHoldStopsWhatIsQueued$", nil},
	{"a legal hold beside a claim", "./models/store", "^Test(SQLite|Postgres)$/^legal_hold$", nil},
	{"10,000 edits of the audit by the database's owner", "./models/store", "^Test(SQLite|Postgres)$/^forgery$", []string{"PROOF=1"}},
	{"100,000 rows sealed anew under load", "./models/store", "^Test(SQLite|Postgres)$/^rotation$", []string{"PROOF=1"}},
	{"killed again and again", ".", "^TestKilledUnderLoad$", []string{"KILLS=200"}},
	{"Redis may fail in any way", ".", "^TestRedisMayFailInAnyWay$", []string{"PROOF=1"}},
	{"PostgreSQL may fail in any way", ".", "^TestPostgreSQLMayFailInAnyWay$", []string{"PROOF=1"}},
	{"nobody sees a locked database", "./models/store", "^TestNobodySeesALockedDatabase$", []string{"PROOF=1"}},
	{"what comes around the edges of partitions is kept once", "./models/store", "^Test(SQLite|Postgres)$/^edge$", nil},
	{"whole partitions go, and what is to be kept stays", "./models/store", "^TestWholePartitions", nil},
	{"killed at every statement of every migration", "./models/store", "^TestKilledAtEveryStatementOfEveryMigration$", []string{"PROOF=1"}},
	{"killed at every system call", ".", "^TestKilledAtEverySystemCall$", []string{"PROOF=1", "-parallel=12"}},
	{"a disk that fails ends the process, or refuses", ".", "^TestAFailed", nil},
	{"every commit and call may fail, before and after", ".", "^TestEveryCommitAndCallMayFail$", []string{"PROOF=1", "-parallel=6"}},
	{"nodes of two versions work together while the schema moves", ".", "^TestOldAndNewTogether$", []string{"PROOF=1"}},
	{"a power cut loses nothing answered", ".", "^TestAPowerCutLosesNothingAnswered$", []string{"PROOF=1"}},
	{"a full disk is no false yes", ".", "^TestFullDiskIsNoFalseYes$", nil},
	{"a thousand secrets are nowhere", ".", "^TestNothingLeaks$", []string{"PROOF=1"}},
	{"a flood is refused without loss", ".", "^TestAFloodIsRefusedWithoutLoss$", []string{"PROOF=1"}},
	{"strangers cost no query", ".", "^TestStrangersCostNoQuery$", nil},
	{"slow clients hurt nobody", ".", "^TestSlowClientsHurtNobody$", []string{"PROOF=1"}},
	{"a restart refuses nobody and loses nothing", ".", "^TestARestartRefusesNobodyAndLosesNothing$", []string{"PROOF=1"}},
	{"two nodes two hours apart call for nothing twice and end nothing", ".", "^TestTwoNodesTwoHoursApart$", nil},
	{"a clock that jumps calls for nothing twice and ends nothing", ".", "^TestAClockThatJumps$", nil},
	{"a bad rule does not sweep a chat", ".", "^TestABadRule", nil},
	{"200,000 worlds in which everything fails", "./internal/simulation", "^TestCoreKeepsItsLawsInEveryWorld$", []string{"PROOF=1"}},
	{"the database of the worlds answers as the store does", "./internal/simulation", "^TestDatabaseAgreesWithTheStore$", []string{"-rapid.checks=1500"}},
	{"a world is the same every time", "./internal/simulation", "^TestAWorldIsTheSameEveryTime$", []string{"PROOF=1"}},
}

// fault is a way to break the product: in a file, the one place that reads as was
// reads as is. The test must fail then.
type fault struct {
	name    string
	file    string
	was, is string
	pkg     string
	run     string
}

var faults = []fault{
	{
		"what the platform accepted is called confirmed", "models/store/move.go",
		"\tr.State = string(m.to)\n", "\tif m.to == models.Accepted {\n\t\tm.to = models.Confirmed\n\t}\n\tr.State = string(m.to)\n",
		"./models/store", "^TestEveryTransitionIsMadeOrRefused$/^sqlite$",
	},
	{
		"no fence: a worker whose lease is over may settle", "models/store/settle.go",
		"\tif !ok || r.EndedAt != 0 || r.Fence != int64(st.Fence) {\n", "\tif !ok || r.EndedAt != 0 {\n",
		"./models/store", "^TestRecallsKeepToTheirLife$",
	},
	{
		"no tombstone: a removal before its message is forgotten", "models/store/removals.go",
		"\t\tu.tombstone(r, e, ref, at)\n", "",
		"./models/store", "^TestSQLite$/^order$/^every_order_ends_the_same$",
	},
	{
		"outcomes matched by position instead of number", "platforms/tencent/recall.go",
		"\tfor i, item := range items {\n\t\tn := numberOf(item.Ref)\n\t\to, ok := told[n]\n",
		"\tvar inOrder []platforms.Outcome\n\tanswer.list(\"RecallRetList\", func(item *fields) { inOrder = append(inOrder, outcome(item.code(\"RetCode\"))) })\n" +
			"\tfor i, item := range items {\n\t\tn := numberOf(item.Ref)\n\t\to, ok := told[n]\n\t\tif i < len(inOrder) {\n\t\t\to = inOrder[i]\n\t\t}\n",
		"./platforms/tencent", "Recall",
	},
	{
		"of several removals the last counts", "models/store/removals.go",
		"\t\tif !removedBefore(m, e, at) {\n", "\t\tif !removedBefore(m, e, at) && at < 0 {\n",
		"./models/store", "^TestSQLite$/^order$/^every_order_ends_the_same$",
	},
	{
		"the end of a group spares what was sent", "models/store/keep_rest.go",
		`Where("conversation_id = ? AND ended_at = 0", e.conv.id).Order`, `Where("conversation_id = ? AND ended_at = 0 AND state = 'queued'", e.conv.id).Order`,
		"./models/store", "^TestSQLite$/^anew$",
	},
	{
		"anybody may cause any transition", "models/store/move.go",
		"from != m.to && !from.MayBecome(m.to, by)", "from != m.to && !from.CanBecome(m.to)",
		"./models/store", "^TestEveryTransitionIsMadeOrRefused$/^sqlite$",
	},
	{
		"what was counted counts again when it comes twice", "models/store/coverage.go",
		"\tfrom := max(seen.First, r.Newest+1)\n", "\tfrom := seen.First\n",
		"./models/store", "^TestSQLite$/^coverage$/^whatever_the_order$",
	},
	{
		"nobody asks what passed while nobody listened", "jobs/ask.go",
		"\tif h.anew() {\n", "\tif h.anew() && h.id == \"\" {\n",
		"./jobs", "^TestAfterAnOutage",
	},
	{
		"an automatic recall leaves without being read again", "jobs/reread.go",
		"\tif len(doubtful) == 0 ||", "\tif len(doubtful) >= 0 ||",
		".", "^TestAForgedWebhookTakesNothingBack$/^another_sender$/^SQLite$",
	},
	{
		"a right is not asked for again when the call leaves", "jobs/rights.go",
		"\tfor _, r := range c.Rights() {\n\t\tswitch {\n", "\tfor _, r := range c.Rights() {\n\t\tif !byPolicy(r) {\n\t\t\treturn true, nil\n\t\t}\n\t\tswitch {\n",
		".", "^TestALostRoleCancelsWhatHasNotLeft$/^SQLite$",
	},
	{
		"a legal hold does not stop what is queued", "models/store/claim.go",
		"\tif was == models.Queued && b.hold != nil {\n", "\tif was == models.Held && b.hold != nil {\n",
		"./models/store", "^TestSQLite$/^legal_hold$",
	},
	{
		"a legal hold is not asked for when the call leaves", "models/store/breakers.go",
		`OR automatic = 1 AND (? OR "+barredBy+") OR "+underHold+")", here, now)`, `OR automatic = 1 AND (? OR "+barredBy+") OR 0 > ?)", here, now)`,
		"./models/store", "^TestSQLite$/^legal_hold$",
	},
	{
		"a sweep takes what is under a legal hold", "models/store/sweeps_work.go",
		"\tif err := u.notUnderHold(m); heldBack(err) {\n", "\tif err := u.notUnderHold(messageRow{}); heldBack(err) {\n",
		"./models/store", "^TestSQLite$/^legal_hold$",
	},
	{
		"a person's recall waits in line", "jobs/gate.go",
		"\tif r.priority >= models.PriorityModerator {\n\t\treturn r.priority\n\t}\n\treturn min(r.priority+int(waited/risesEvery), models.PriorityModerator-1)\n",
		"\treturn int(waited / risesEvery)\n",
		"./jobs", "^TestGate",
	},
	{
		"calls leave whatever the rate", "jobs/gate.go",
		"\tfor g.limiter.wait(ctx) == nil && g.letOne(ctx) {\n\t}\n", "\tfor g.letOne(ctx) {\n\t}\n",
		"./jobs", "^TestRateHoldsInEverySecond$",
	},
	{
		"nobody waits for a locked database", "models/store/sqlite.go",
		"const lockTimeout = \"5000\"\n", "const lockTimeout = \"0\"\n",
		"./models/store", "^TestNobodySeesALockedDatabase$",
	},
	{
		"a migration is done in steps that stay", "models/store/migrations/sqlite/00001_init.sql",
		"-- +goose Up\n", "-- +goose NO TRANSACTION\n-- +goose Up\n",
		"./models/store", "^TestKilledAtEveryStatementOfEveryMigration$/^sqlite$",
	},
	{
		"a delivery is answered before it is committed", "models/store/writer.go",
		"\terr := w.attempt(batch)\n\tfor", "\tvar early []*operation\n\tfor _, op := range batch {\n\t\tif op.keep != nil {\n\t\t\tclose(op.done)\n\t\t\top = &operation{keep: op.keep, done: make(chan struct{})}\n\t\t}\n" +
			"\t\tearly = append(early, op)\n\t}\n\tbatch = early\n\terr := w.attempt(batch)\n\tfor",
		"./models/store", "^TestADeadServerIsNoFalseYes$",
	},
	{
		"a failed flush is shrugged off", "models/store/flush.go",
		"\tif w.broken == nil && errors.Is(err, ErrFlush) {\n", "\tif w.broken != nil && errors.Is(err, ErrFlush) {\n",
		".", "^TestAFailedFlushEndsTheProcess$",
	},
	{
		"commits are not flushed (synchronous=NORMAL)", "models/store/sqlite.go",
		"\treturn &database{dialect: sqliteDialect, write: write, read: read, shape: write, presence: &lockedFile{path: path + fileSuffix}}, nil\n",
		"\twrite.Exec(\"PRAGMA synchronous = NORMAL\")\n\treturn &database{dialect: sqliteDialect, write: write, read: read, shape: write, presence: &lockedFile{path: path + fileSuffix}}, nil\n",
		".", "^TestAPowerCutLosesNothingAnswered$",
	},
	{
		"a stop that the full disk does not take stops nothing", "models/store/breakers_here.go",
		"{ s.stopped.Store(stopped) }", "{ s.stopped.Store(stopped && s == nil) }",
		"./models/store", "^TestSQLite$/^breaker$",
	},
	{
		"a scope that shows nothing shows all", "models/store/scope.go",
		`return db.Where("1 = 0")`, "return db",
		"./models/store", "^TestSQLite$/^list$/^every_read_keeps_to_its_scope$",
	},
	{
		"a text is in the log", "webhooks/take.go",
		`slog.Int("bytes", len(a.Body))`, `slog.String("bytes", string(a.Body))`,
		".", "^TestNothingLeaks$",
	},
	{
		"a reveal is not on record", "models/store/reveal.go",
		"\t\treturn u.revealed(m.ID, actor, purpose)\n", "\t\t_ = m\n\t\treturn nil\n",
		"./models/store", "^TestSQLite$/^keeper$/^a_reveal_is_audited_first$",
	},
	{
		"what kills the process is read for ever", "webhooks/strikes/file.go",
		"strike{s.known[k].count + 1, s.now(), 0}", "strike{1, s.now(), 0}",
		"./webhooks", "^TestWhatKillsTwiceIsSetAside$",
	},
	{
		"nothing stops what a bad rule takes", "models/store/breakers.go",
		"\treturn found, nil\n}\n\n// model returns the breaker", "\treturn false, nil\n}\n\n// model returns the breaker",
		"./models/store", "^TestSQLite$/^breaker$",
	},
	{
		"another site's page may act for who is signed in", "server/middleware.go",
		"if err := protection.Check(c.Request); err != nil {", "if err := protection.Check(c.Request); err != nil && c.Request == nil {",
		"./server", "^TestConsoleRefusesOtherSites$",
	},
	{
		"retention passes over a legal hold", "models/store/retention_messages.go",
		"\t\tcase m.Held != 0:\n\t\t\tstep.Kept++\n", "\t\tcase m.Held != 0 && m.ID == \"\":\n\t\t\tstep.Kept++\n",
		"./models/store", "^TestSQLite$/^retention$",
	},
	{
		"anybody may cut the audit", "models/store/audit_verify.go",
		"\tif cut.Seal != seal {\n", "\tif cut.Seal != seal && seal == \"\" {\n",
		"./models/store", "^TestSQLite$/^audit_cut$",
	},
	{
		"what was erased comes back with a copy", "models/store/keep.go",
		"case bytes.Equal(e.row.Digest, e.digest), e.row.ErasedAt > 0:", "case bytes.Equal(e.row.Digest, e.digest):",
		"./models/store", "^TestSQLite$/^(retention|erasure)$",
	},
	{
		"a service that is killed again and again uses up a recall's calls", "jobs/outcomes.go",
		"return c.Attempts >= mostDeaths && now.Sub(c.SentAt) >= handAfter", "return c.Attempts >= mostSends",
		"./jobs", "^TestWhatALookShows$",
	},
	{
		"a message's text is in a statement, and so in the database's log", "models/store/keep.go",
		"\tm, d := e.in.Event.Message, &e.in.Decision\n\tr.add(", "\tm, d := e.in.Event.Message, &e.in.Decision\n\t_ = u.exec(\"SELECT ?\", string(e.encoded))\n\tr.add(",
		".", "^TestNothingLeaks$/^PostgreSQL$",
	},
	{
		"a commit has no mark before it", "models/store/writer.go",
		"return failpoint.Hit(\"store.commit.before\")", "return nil",
		".", "^TestEveryCommitAndCallMayFail$",
	},
	{
		"statements take whatever columns a table has", "models/store/logger.go",
		"QueryFields:                              true,", "QueryFields:                              false,",
		"./models/store", "^TestGormNamesColumns$",
	},
	{
		"what cannot be kept is judged all the same", "webhooks/take.go",
		"\tif came > 0 && h.o.Keeper.Full() {\n", "\tif came < 0 && h.o.Keeper.Full() {\n",
		"./webhooks", "^TestAFullStoreCostsNoJudging$",
	},
	{
		"a stranger costs a query", "webhooks/webhooks.go",
		"\tif err := h.authenticate(app, req); err != nil {\n",
		"\t_, _ = h.o.Keeper.Around(c.Request.Context(), app.ID, models.Conversation{}, app.ID, start, time.Minute)\n\tif err := h.authenticate(app, req); err != nil {\n",
		".", "^TestStrangersCostNoQuery$",
	},
	{
		"a refused delivery is answered 200", "webhooks/answer.go",
		"\tc.Data(http.StatusServiceUnavailable, jsonType,", "\tc.Data(http.StatusOK, jsonType,",
		".", "^TestAFloodIsRefusedWithoutLoss$",
	},
	{
		"slow headers are waited for", "server/http.go",
		"ReadHeaderTimeout: headersWithin,", "ReadHeaderTimeout: 60 * headersWithin,",
		".", "^TestSlowClientsHurtNobody$",
	},
	{
		"slow bodies are waited for", "server/http.go",
		"now.Add(bodyWithin)", "now.Add(60 * bodyWithin)",
		".", "^TestSlowClientsHurtNobody$",
	},
	{
		"what is announced is given memory", "webhooks/answer.go",
		"length < 0 || length > believed", "length < 0",
		".", "^TestSlowClientsHurtNobody$",
	},
	{
		"no idle connection makes room", "server/connections.go",
		"\t\tb.evict()\n", "",
		"./server", "^Test(TheLongestIdleConnectionMakesRoom|WhoComesWaitsWhereNoneIsIdle)$",
	},
	{
		"a restart hangs up on idle connections", "service.go",
		"\t\tif a.held {\n", "\t\tif a.held && a.http == nil {\n",
		".", "^TestARestartRefusesNobodyAndLosesNothing$",
	},
	{
		"a node goes by its own clock", "models/store/clock.go",
		"\ts.time.share(shown, at)\n", "\t_, _ = shown, at\n",
		".", "^TestTwoNodesTwoHoursApart$",
	},
	{
		"what is due again is reckoned by the machine's clock", "app.go",
		"HookStore: a.store, Now: a.store.Now,", "HookStore: a.store, Now: a.wall,",
		".", "^TestTwoNodesTwoHoursApart$",
	},
	{
		"a clock that is set is followed at once", "models/store/clock.go",
		"\treturn c.shown\n", "\tc.shown = c.wall().Round(0)\n\treturn c.shown\n",
		".", "^TestAClockThatJumps$/^SQLite$",
	},
	{
		"who was let in last is hung up on", "server/connections.go",
		"\tawait(ctx, func() bool { return len(b.places) == 0 })\n", "",
		"./server", "^TestWhoWasLetInLastIsAnswered$",
	},
	{
		"what could not be kept is answered 200", "webhooks/take.go",
		"\tkept, err := v.keep(ctx, judged)\n\tif err != nil {\n\t\treturn nil, err\n",
		"\tkept, err := v.keep(ctx, judged)\n\tif err != nil {\n\t\treturn nil, nil\n",
		"./internal/simulation", "^TestCoreKeepsItsLawsInEveryWorld$",
	},
	{
		"a delivery is answered while it is kept", "webhooks/visit.go",
		"\tkept, err := v.h.o.Keeper.Keep(ctx, v.app.ID, judged)\n",
		"\tkept, err := make([]models.Kept, len(judged)), error(nil)\n\tgo func() { _, _ = v.h.o.Keeper.Keep(context.WithoutCancel(ctx), v.app.ID, judged) }()\n",
		"./internal/simulation", "^TestCoreKeepsItsLawsInEveryWorld$",
	},
	{
		"nobody looks again at what was on its way when it was judged", "webhooks/visit.go",
		"\treturn len(s.waits) > 0 || v.h.o.Keeper.Shared()\n",
		"\treturn false\n",
		"./internal/simulation", "^TestCoreKeepsItsLawsInEveryWorld$",
	},
	{
		"who appears ends the leases of the living", "models/store/presence.go",
		"\tif alone {\n", "\tif alone || true {\n",
		"./models/store", "^TestLeasesEndWithTheLastProcess$",
	},
	{
		"the leases of the dead last", "models/store/presence.go",
		"\tif alone {\n", "\tif alone && false {\n",
		"./models/store", "^TestLeasesEndWithTheLastProcess$",
	},
	{
		"a call leaves though its lease is over", "jobs/worker.go",
		"time.Now().Add(beginTime) // the lease",
		"time.Now().Add(time.Hour) // the lease",
		"./internal/simulation", "^TestCoreKeepsItsLawsInEveryWorld$",
	},
	{
		"a call leaves whatever happened since its claim", "jobs/batch.go",
		"\tif len(stopped) > 0 {\n",
		"\tif len(stopped) > 0 && op != opRecall {\n",
		"./internal/simulation", "^TestCoreKeepsItsLawsInEveryWorld$",
	},
	{
		"who could see a message is asked after its call", "jobs/before.go",
		"\tif len(found) == 0 {\n\t\treturn claims\n",
		"\tif len(found) >= 0 {\n\t\treturn claims\n",
		"./internal/simulation", "^TestCoreKeepsItsLawsInEveryWorld$",
	},
	{
		"the platform's yes is taken for its proof", "jobs/outcomes.go",
		"\tplatforms.Recalled: {to: models.Accepted,",
		"\tplatforms.Recalled: {to: models.Confirmed,",
		"./internal/simulation", "^TestCoreKeepsItsLawsInEveryWorld$",
	},
	{
		"a lost answer is taken for a no", "jobs/retry.go",
		"{to: models.Unknown, wait: soon, words: \"The answer was lost;",
		"{to: models.Failed, wait: soon, words: \"The answer was lost;",
		"./internal/simulation", "^TestCoreKeepsItsLawsInEveryWorld$",
	},
	{
		"what the sweeper finds is left alone", "jobs/sweep.go",
		"\t\ts.drains.sweep(c)\n",
		"\t\t_ = c\n",
		"./internal/simulation", "^TestCoreKeepsItsLawsInEveryWorld$",
	},
	{
		"what nobody has a right to is looked at for ever", "jobs/rights.go",
		"\t\ts = handed(stays(c, now, rightMissing), c, now)\n",
		"\t\ts = stays(c, now, rightMissing)\n",
		"./internal/simulation", "^TestCoreKeepsItsLawsInEveryWorld$",
	},
	{
		"a copy on its way is remembered as what was kept", "webhooks/memory.go",
		"\t\t\t\tother.over = over\n", "\t\t\t\treturn\n",
		"./webhooks", "^TestCopiesAtOnceLeaveWhatWasKept$",
	},
	{
		"a copy on its way is forgotten with the one that took its place", "webhooks/memory.go",
		"\t\tover.unsure = true\n\t} else {\n\t\tover = nil\n\t}\n", "\t}\n\tover = nil\n",
		"./webhooks", "^TestACopyOnItsWayIsWaitedFor$",
	},
	{
		"the memory claims to know what it does not", "webhooks/memory.go",
		"\ts.doubt = true\n", "",
		"./webhooks", "^TestTheStoreIsAskedAfterAFailure$",
	},
	{
		"a message that comes again behind an edge is taken for a new one", "models/store/partitions_known.go",
		"\t\tif u.straddles(e) {\n", "\t\tif false && u.straddles(e) {\n",
		"./models/store", "^TestPostgres$/^edge$",
	},
	{
		"two nodes look for a message around an edge at once", "models/store/partitions_known.go",
		"SELECT pg_advisory_xact_lock(?, h) FROM (", "SELECT ?::bigint + h FROM (",
		"./models/store", "^TestPostgres$/^edge$",
	},
	{
		"a removal does not look across an edge", "models/store/removals.go",
		"!straddle(u.now, u.now)", "straddle(u.now, u.now)",
		"./models/store", "^TestPostgres$/^edge$",
	},
	{
		"a partition goes with what is under a legal hold", "models/store/retention_partitions.go",
		"h.kind = \" + on + \" WHERE \" + holdStands\n", "h.kind = \" + on + \" WHERE 1 = 0 AND \" + holdStands\n",
		"./models/store", "^TestWholePartitionsGoButWhatIsToBeKept$",
	},
	{
		"what changed while a partition was copied is lost", "models/store/partitions_replace.go",
		"age(o.xmin) <= age(?::text::xid)", "age(o.xmin) < 0 * age(?::text::xid)",
		"./models/store", "^TestWhatChangesWhileAPartitionIsReplaced$",
	},
	{
		"a partition of the audit goes without a cut", "models/store/retention_partitions.go",
		"\treturn u.sealCut(&last)\n", "\treturn nil\n",
		"./models/store", "^TestWholePartitionsOfTheAuditGo$",
	},
}
