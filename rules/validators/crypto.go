package validators

// Cryptocurrencies.
var crypto = table{}
