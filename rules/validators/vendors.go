package validators

// Vendors of tokens.
var vendors = table{}
