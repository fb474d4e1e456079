//go:build race

package picture

// given is how many bytes a pixel image/jpeg may allocate and give back on the way: the
// race detector keeps the compiler from inlining, so that each colour is an allocation.
const given = 24
