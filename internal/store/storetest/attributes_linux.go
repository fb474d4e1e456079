package storetest

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// attributes tries to give a file in a folder an extended attribute.
func attributes(dir string) error {
	name := filepath.Join(dir, "attributes")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		return err
	}
	defer func() { _ = os.Remove(name) }()
	return unix.Setxattr(name, "user.pennypost", []byte("x"), 0)
}
