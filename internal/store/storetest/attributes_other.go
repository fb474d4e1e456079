//go:build !linux

package storetest

import "errors"

// attributes: how to ask differs from system to system.
func attributes(string) error { return errors.New("asked on Linux only") }
