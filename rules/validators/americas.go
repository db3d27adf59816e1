package validators

// The Americas.
var americas = table{}
