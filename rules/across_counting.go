package rules

import (
	"math"
	"slices"
	"strconv"
)

// mostStep is how far apart numbers that count are, as those of tickets or of
// messages that somebody numbers: hardly ever are the groups of a card.
const mostStep = 200

// counting reports whether the parts are numbers that count, in whatever order they came: messages
// overtake one another.
func counting(parts []told) bool {
	numbers := make([]int, len(parts))
	for n, w := range parts {
		numbers[n], _ = strconv.Atoi(w.digits) // at most 19
	}
	if counts(numbers) {
		return true
	}
	slices.Reverse(numbers)
	if counts(numbers) {
		return true
	}
	slices.Sort(numbers)
	switch least := numbers[0]; {
	case least < 100:
		return false
	case least < 1000:
		return rising(numbers, nearStep)
	}
	return rising(numbers, mostStep) || rising(numbers, math.MaxInt) && 2*near(numbers) >= len(numbers)-1
}

// counts reports whether numbers rise as they came: by small steps, or with some
// left out between them, as where messages were lost, but two that are neighbours.
func counts(numbers []int) bool {
	return rising(numbers, mostStep) ||
		slices.Min(numbers) >= 1000 && rising(numbers, math.MaxInt) && near(numbers) > 0
}

// near is how many numbers follow the one before by a small step.
func near(numbers []int) int {
	n := 0
	for k := 1; k < len(numbers); k++ {
		if step := numbers[k] - numbers[k-1]; step > 0 && step <= nearStep {
			n++
		}
	}
	return n
}

// nearStep is how far apart numbers of three digits are that count, but came in disorder. Of two
// digits any are as near as that.
const nearStep = 30

// rising reports whether each number is more than the one before, by a step at most.
func rising(numbers []int, most int) bool {
	for k := 1; k < len(numbers); k++ {
		if step := numbers[k] - numbers[k-1]; step <= 0 || step > most {
			return false
		}
	}
	return true
}
