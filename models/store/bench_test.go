package store_test

import (
	"testing"

	"github.com/takeback-chat/takeback/internal/testservers"
	"github.com/takeback-chat/takeback/models/store/storetest"
)

func BenchmarkKeepSQLite(b *testing.B) { storetest.BenchmarkKeep(b, freshSQLite(b)) }

func BenchmarkKeepPostgres(b *testing.B) { storetest.BenchmarkKeep(b, testservers.Postgres(b)) }

func BenchmarkCapsSQLite(b *testing.B) { storetest.BenchmarkCaps(b, freshSQLite) }

func BenchmarkCapsPostgres(b *testing.B) { storetest.BenchmarkCaps(b, testservers.Postgres) }

func BenchmarkStreamSQLite(b *testing.B) { storetest.BenchmarkStream(b, freshSQLite(b)) }

func BenchmarkStreamPostgres(b *testing.B) { storetest.BenchmarkStream(b, testservers.Postgres(b)) }

func BenchmarkVerifyAuditSQLite(b *testing.B) { storetest.BenchmarkVerifyAudit(b, freshSQLite(b)) }

func BenchmarkVerifyAuditPostgres(b *testing.B) {
	storetest.BenchmarkVerifyAudit(b, testservers.Postgres(b))
}
