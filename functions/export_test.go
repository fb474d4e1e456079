package functions

// Needs is for tests outside the package.
var Needs = needs

// MemoryLimit is, too.
var MemoryLimit = memoryLimit
