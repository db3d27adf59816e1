package api

import (
	"reflect"
	"slices"

	"github.com/takeback-chat/takeback/models"
)

// enums lists the values of every word that a request may name or an answer may
// hold, by its type. The tests hold it to package models and to openapi.yaml.
var enums = map[reflect.Type][]string{
	reflect.TypeFor[models.ConversationKind](): texts(models.ConversationKinds),
	reflect.TypeFor[models.ReasonCode]():       texts(models.ReasonCodes),
	reflect.TypeFor[models.Category]():         texts(models.Categories),
	reflect.TypeFor[models.Severity]():         texts(models.Severities),
	reflect.TypeFor[models.Obstacle]():         texts(models.Obstacles),
	reflect.TypeFor[models.Likelihood]():       texts(models.Likelihoods),
	reflect.TypeFor[models.RecallState]():      texts(models.RecallStates),
	reflect.TypeFor[models.PostingState]():     texts(models.PostingStates),
	reflect.TypeFor[models.HookState]():        texts(models.HookStates),
	reflect.TypeFor[models.PostingKind]():      texts(models.PostingKinds),
	reflect.TypeFor[models.Verdict](): {
		string(models.VerdictAllow), string(models.VerdictReview), string(models.VerdictRecall),
		string(models.VerdictMask), string(models.VerdictBlock),
	},
	reflect.TypeFor[models.MessageState](): {
		string(models.Visible), string(models.Removed), string(models.Tombstone),
		string(models.Blocked), string(models.Rewritten),
	},
	reflect.TypeFor[models.Inspection](): {
		string(models.Clean), string(models.Found), string(models.Unreadable),
	},
	reflect.TypeFor[models.BreakerKind](): {
		string(models.RuleBreaker), string(models.AllBreaker), string(models.StopBreaker),
	},
	reflect.TypeFor[models.BreakerState](): {
		string(models.BreakerOpen), string(models.BreakerAsked), string(models.BreakerReset),
	},
	reflect.TypeFor[models.LegalHoldKind]():  texts(models.LegalHoldKinds),
	reflect.TypeFor[models.LegalHoldState](): texts(models.LegalHoldStates),
	reflect.TypeFor[models.CopyKind]():       texts(models.CopyKinds),
	reflect.TypeFor[models.SweepKind]():      texts(models.SweepKinds),
	reflect.TypeFor[models.SweepState]():     texts(models.SweepStates),
	reflect.TypeFor[models.SweepWhy]():       texts(models.SweepWhys),
	reflect.TypeFor[models.SweepItemState](): {
		string(models.ItemWaiting), string(models.ItemAsked), string(models.ItemExcluded), string(models.ItemPassed),
	},
	reflect.TypeFor[models.Cap](): {
		string(models.CapRule), string(models.CapSender), string(models.CapConversation), string(models.CapAll),
	},
	reflect.TypeFor[models.Closing]():   texts(models.Closings),
	reflect.TypeFor[models.CaseState](): {string(models.CaseOpen), string(models.CaseDecided)},
	reflect.TypeFor[models.Authority](): {
		string(models.ByPolicy), string(models.ByOwner), string(models.ByAdmin),
		string(models.BySender), string(models.ByOperator),
	},
	reflect.TypeFor[models.Trigger](): {
		string(models.FromPolicy), string(models.FromAPI), string(models.FromConsole), string(models.FromCLI),
	},
	reflect.TypeFor[models.Role](): {
		string(models.RoleOwner), string(models.RoleAdmin), string(models.RoleMember), string(models.RoleNone),
	},
	reflect.TypeFor[models.ChangeKind](): {
		string(models.MessageChanged), string(models.RecallChanged), string(models.CaseChanged),
		string(models.PolicyChanged), string(models.SetAsideKept), string(models.ConflictKept),
		string(models.BreakerChanged), string(models.SweepChanged),
	},
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

// listed reports whether a value is one of its type's list; ok is false for a
// type that has none.
func listed(v reflect.Value) (in, ok bool) {
	list, ok := enums[v.Type()]
	return slices.Contains(list, v.String()), ok
}
