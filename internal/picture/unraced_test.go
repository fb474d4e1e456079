//go:build !race

package picture

// given is how many bytes a pixel image/jpeg may allocate and give back on the way.
const given = 7
