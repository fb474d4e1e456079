//go:build !race

package simulate

// raced tells that the race detector is on, with which everything takes ten times as long.
const raced = false
