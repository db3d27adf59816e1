package validators

// Europe.
var europe = table{}
