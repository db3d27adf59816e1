package rules

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/ext"

	"github.com/takeback-chat/takeback/models"
)

const (
	// maxCost bounds a condition, in CEL's units, both as estimated when a policy
	// is read and as spent on one message. Looking at five fields of every finding
	// of a message that is full of them costs about 10,000.
	maxCost = 200_000
	// maxSeen is how many findings of one message a policy looks at; the gravest.
	maxSeen = 100
	// maxCondition bounds the text of a condition, in characters.
	maxCondition = 4000
)

// Finding is what a condition sees of a finding, as an item of findings.
type Finding struct {
	Detector   string  `cel:"detector"`
	Category   string  `cel:"category"`
	Severity   string  `cel:"severity"`
	Rank       int64   `cel:"rank"` // severity as a number: low 1, medium 2, high 3, critical 4
	Confidence float64 `cel:"confidence"`
	Count      int64   `cel:"count"`    // findings of this detector in this message
	Distinct   int64   `cel:"distinct"` // different values among them, where fingerprints are made
	Kind       string  `cel:"kind"`     // of the element it stands in
}

// MessageFacts is what a condition sees as message.
type MessageFacts struct {
	App       string   `cel:"app"`
	Kind      string   `cel:"kind"`  // of its elements; "mixed" when they differ
	Kinds     []string `cel:"kinds"` // of each element
	Elements  int64    `cel:"elements"`
	Bytes     int64    `cel:"bytes"`
	Revision  int64    `cel:"revision"`
	Ephemeral bool     `cel:"ephemeral"`
	Opaque    bool     `cel:"opaque"` // some part of it cannot be read
	Before    bool     `cel:"before"` // it is not shown yet
}

// SenderFacts is what a condition sees as sender.
type SenderFacts struct {
	Account string `cel:"account"`
	Role    string `cel:"role"` // owner, admin, member, none; empty when the platform has not said
}

// ConversationFacts is what a condition sees as conversation.
type ConversationFacts struct {
	Ref   string `cel:"ref"`
	Kind  string `cel:"kind"` // direct, group, topic, live
	Type  string `cel:"type"` // the platform's own word
	Group string `cel:"group"`
}

// environment is the language of conditions.
var environment = sync.OnceValues(func() (*cel.Env, error) {
	return cel.NewEnv(
		ext.NativeTypes(ext.ParseStructTags(true), reflect.TypeFor[Finding](), reflect.TypeFor[MessageFacts](),
			reflect.TypeFor[SenderFacts](), reflect.TypeFor[ConversationFacts]()),
		cel.Variable("findings", cel.ListType(cel.ObjectType("rules.Finding"))),
		cel.Variable("message", cel.ObjectType("rules.MessageFacts")),
		cel.Variable("sender", cel.ObjectType("rules.SenderFacts")),
		cel.Variable("conversation", cel.ObjectType("rules.ConversationFacts")),
		cel.CrossTypeNumericComparisons(true), // confidence >= 1
		cel.ParserExpressionSizeLimit(maxCondition),
		cel.ParserRecursionLimit(60),
		cel.ASTValidators(cel.ValidateRegexLiterals(), cel.ValidateHomogeneousAggregateLiterals()),
	)
})

// condition is a compiled CEL expression.
type condition struct {
	program cel.Program
	// wantsFindings says that it cannot hold for a message in which nothing was
	// found, whatever else is true of it. Most messages are that.
	wantsFindings bool
}

// compileCondition checks and compiles. The error is a sentence for the author
// of the policy.
func compileCondition(text string) (condition, error) {
	env, err := environment()
	if err != nil {
		return condition{}, fmt.Errorf("preparing the language of conditions: %w", err)
	}
	ast, issues := env.Compile(text)
	if err := issues.Err(); err != nil {
		return condition{}, fmt.Errorf("%s", celWords(err))
	}
	if ast.OutputType() != cel.BoolType {
		return condition{}, fmt.Errorf("a condition must be true or false, and this is a %s", ast.OutputType())
	}
	if worst, err := env.EstimateCost(ast, sizes{}); err != nil || worst.Max > maxCost {
		return condition{}, fmt.Errorf("it is too costly: up to %d units on one message, at most %d are allowed", worst.Max, maxCost)
	}
	program, err := env.Program(ast, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(maxCost))
	if err != nil {
		return condition{}, fmt.Errorf("it cannot be compiled: %s", celWords(err))
	}
	return condition{program: program, wantsFindings: wantsFindings(env, ast)}, nil
}

// wantsFindings evaluates the condition with no findings and all else unknown.
func wantsFindings(env *cel.Env, ast *cel.Ast) bool {
	program, err := env.Program(ast, cel.EvalOptions(cel.OptPartialEval), cel.CostLimit(maxCost))
	if err != nil {
		return false
	}
	vars, err := cel.PartialVars(map[string]any{"findings": []*Finding{}},
		cel.AttributePattern("message"), cel.AttributePattern("sender"), cel.AttributePattern("conversation"))
	if err != nil {
		return false
	}
	v, _, err := program.Eval(vars)
	return err == nil && v == types.False
}

// celWords makes one line of CEL's report, which draws the text and an arrow.
func celWords(err error) string {
	var out []string
	for line := range strings.Lines(err.Error()) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "|") {
			out = append(out, strings.TrimPrefix(line, "ERROR: <input>:"))
		}
	}
	return strings.Join(out, "; ")
}

// holds evaluates the condition.
func (c condition) holds(vars map[string]any) (bool, error) {
	v, _, err := c.program.Eval(vars)
	if err != nil {
		return false, fmt.Errorf("evaluating the condition: %w", err)
	}
	return v == types.True, nil
}

// sizes tells the estimate how large the variables get.
type sizes struct{}

// EstimateSize bounds lists and texts by what subjectVars lets through.
func (sizes) EstimateSize(n cost.AstNode) *cost.SizeEstimate {
	size := cost.RangedSizeEstimate(0, 256)
	if path := n.Path(); len(path) == 1 && path[0] == "findings" {
		size = cost.RangedSizeEstimate(0, maxSeen)
	}
	if n.ComputedSize() != nil {
		return nil
	}
	return &size
}

// EstimateCallCost leaves the cost of functions to CEL.
func (sizes) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}

// subjectVars is the subject as conditions see it.
func subjectVars(s Subject) map[string]any {
	m := s.Message
	if m == nil {
		m = &models.Message{}
	}
	c := m.Conversation
	return map[string]any{
		"findings": findingFacts(m, s.Findings),
		"message":  messageFacts(m, s.Before),
		"sender":   &SenderFacts{Account: m.Sender, Role: string(s.Role)},
		"conversation": &ConversationFacts{
			Ref: c.Ref, Kind: string(c.Kind), Type: c.Type, Group: c.Group,
		},
	}
}

func messageFacts(m *models.Message, before bool) *MessageFacts {
	f := &MessageFacts{
		App: m.App, Elements: int64(len(m.Elements)), Revision: int64(m.Revision), Ephemeral: m.Ephemeral, Before: before,
	}
	for i, e := range m.Elements {
		f.Bytes += int64(len(e.Text))
		f.Opaque = f.Opaque || e.Opaque
		if len(f.Kinds) < maxSeen {
			f.Kinds = append(f.Kinds, string(e.Kind))
		}
		if i == 0 {
			f.Kind = string(e.Kind)
		} else if f.Kind != string(e.Kind) {
			f.Kind = "mixed"
		}
	}
	return f
}

// findingFacts shows the gravest findings, gravest first.
func findingFacts(m *models.Message, findings []models.Finding) []*Finding {
	if len(findings) == 0 {
		return nil
	}
	count, distinct := map[string]int64{}, map[string]int64{}
	seen := map[[2]string]bool{}
	for _, f := range findings {
		count[f.Detector]++
		if key := [2]string{f.Detector, f.Fingerprint}; !seen[key] {
			seen[key] = true
			distinct[f.Detector]++
		}
	}
	out := make([]*Finding, len(findings))
	for i, f := range findings {
		out[i] = &Finding{
			Detector: f.Detector, Category: string(f.Category), Severity: string(f.Severity), Rank: int64(f.Severity.Rank()),
			Confidence: f.Confidence, Count: count[f.Detector], Distinct: distinct[f.Detector],
		}
		if f.Element >= 0 && f.Element < len(m.Elements) {
			out[i].Kind = string(m.Elements[f.Element].Kind)
		}
	}
	slices.SortStableFunc(out, func(a, b *Finding) int {
		return cmp.Or(cmp.Compare(b.Rank, a.Rank), cmp.Compare(b.Confidence, a.Confidence))
	})
	return out[:min(len(out), maxSeen)]
}
