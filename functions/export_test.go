package functions

// Needs is for tests outside the package.
var Needs = needs
