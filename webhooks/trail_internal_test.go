package webhooks

import (
	"testing"
	"time"
)

// Where nothing is traced nothing is noted, and it costs nothing.
func TestATrailThatNobodyAskedFor(t *testing.T) {
	h := &Handler{o: Options{Now: func() time.Time { t.Error("the time was asked"); return time.Time{} }}}
	allocated := testing.AllocsPerRun(100, func() {
		v := h.trail(time.Time{}, 3)
		v.scanned(0, v.now())
		v.kept(v.now())
		v.tell(nil, nil)
	})
	if allocated != 0 {
		t.Errorf("%v allocations", allocated)
	}
}
