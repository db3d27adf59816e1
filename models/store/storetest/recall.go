package storetest

var recallTests []test
