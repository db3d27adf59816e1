package store_test

import (
	"testing"

	"github.com/takeback-chat/takeback/models/store/storetest"
)

func BenchmarkKeepSQLite(b *testing.B) { storetest.BenchmarkKeep(b, storetest.SQLite(b)) }

func BenchmarkKeepPostgres(b *testing.B) { storetest.BenchmarkKeep(b, storetest.Postgres(b)) }

func BenchmarkCapsSQLite(b *testing.B) { storetest.BenchmarkCaps(b, storetest.SQLite) }

func BenchmarkCapsPostgres(b *testing.B) { storetest.BenchmarkCaps(b, storetest.Postgres) }

func BenchmarkStreamSQLite(b *testing.B) { storetest.BenchmarkStream(b, storetest.SQLite(b)) }

func BenchmarkStreamPostgres(b *testing.B) { storetest.BenchmarkStream(b, storetest.Postgres(b)) }

func BenchmarkVerifyAuditSQLite(b *testing.B) { storetest.BenchmarkVerifyAudit(b, storetest.SQLite(b)) }

func BenchmarkVerifyAuditPostgres(b *testing.B) {
	storetest.BenchmarkVerifyAudit(b, storetest.Postgres(b))
}
