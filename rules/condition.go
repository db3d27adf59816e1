package rules

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/ext"
)

const (
	// maxCost bounds a condition, in CEL's units, both as estimated when a policy
	// is read and as spent on one message. Looking at five fields of every finding
	// of a message that is full of them costs about 10,000.
	maxCost = 200_000
	// maxCondition bounds the text of a condition, in characters.
	maxCondition = 4000
)

// environment is the language of conditions.
var environment = sync.OnceValues(func() (*cel.Env, error) {
	return cel.NewEnv(
		ext.NativeTypes(ext.ParseStructTags(true), reflect.TypeFor[findingFacts](), reflect.TypeFor[messageFacts](),
			reflect.TypeFor[senderFacts](), reflect.TypeFor[conversationFacts]()),
		cel.Variable("findings", cel.ListType(cel.ObjectType("rules.findingFacts"))),
		cel.Variable("message", cel.ObjectType("rules.messageFacts")),
		cel.Variable("sender", cel.ObjectType("rules.senderFacts")),
		cel.Variable("conversation", cel.ObjectType("rules.conversationFacts")),
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
		return condition{}, errors.New(celWords(err))
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
	vars, err := cel.PartialVars(map[string]any{"findings": []*findingFacts{}},
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
