package store_test

import (
	"testing"

	"github.com/takeback-chat/takeback/internal/testservers"
	"github.com/takeback-chat/takeback/models/store/storetest"
)

func BenchmarkKeepSQLite(b *testing.B) { storetest.BenchmarkKeep(b, freshSQLite(b)) }

func BenchmarkKeepPostgres(b *testing.B) { storetest.BenchmarkKeep(b, testservers.Postgres(b)) }
