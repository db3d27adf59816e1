package validators

// The Middle East and Africa.
var middleEastAfrica = table{}
