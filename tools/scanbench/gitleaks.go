package main

import (
	"github.com/zricethezav/gitleaks/v8/detect"

	"github.com/takeback-chat/takeback/rules"
)

func init() {
	kinds = append(kinds, kind{"gitleaks package (its 222 rules alone)", "spans of secrets", makeGitleaks})
}

// makeGitleaks is the detector of gitleaks with its own rules: it knows secrets only.
func makeGitleaks(func() []rules.PatternText) (product, error) {
	d, err := detect.NewDetectorDefaultConfig()
	if err != nil {
		return product{}, err
	}
	return product{scan: func(text string) int { return len(d.DetectString(text)) }}, nil
}
