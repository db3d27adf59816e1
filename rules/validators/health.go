package validators

// Health.
var health = table{}
