package access

import (
	"errors"
	"testing"

	"github.com/takeback-chat/takeback/models"
)

// What keeps a message from being looked at is an error, and no message's fault.
func TestReplaceSaysWhatIsWrong(t *testing.T) {
	door, _, _ := newDoor()
	_, err := door.Replace(t.Context(), models.Caller{Grant: models.GrantViewer}, models.FromAPI, "g1-1", mistyped, "another text")
	if !errors.Is(err, models.ErrForbidden) {
		t.Errorf("a viewer: %v, want ErrForbidden", err)
	}
	operator := models.Caller{Actor: "token:op", Grant: models.GrantOperator}
	got, err := door.Replace(t.Context(), operator, models.FromAPI, "none", mistyped, "another text")
	if err != nil || !errors.Is(got.Err, models.ErrNotFound) {
		t.Errorf("a message that is none: %v, %v, want ErrNotFound", got.Err, err)
	}
}
