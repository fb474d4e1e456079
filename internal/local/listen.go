package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"time"
)

// listen opens an address that a flag names; an error is one line for people.
func listen(flag, address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is in use by another program: end it, or choose another address with --%s", address, flag)
	}
	if err != nil {
		return nil, fmt.Errorf("%s cannot be used as --%s: %w", address, flag, err)
	}
	return l, nil
}

// reachable is the URL of a listener for this machine, without a slash at its end.
func reachable(l net.Listener) string {
	a := l.Addr().(*net.TCPAddr)
	host := a.IP.String()
	if a.IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, fmt.Sprint(a.Port))
}

// serve serves a port until the function it returns is called, which waits a little
// for the requests under way. If serving ends by itself, failed is told.
func serve(l net.Listener, h http.Handler, failed chan<- error) (stop func()) {
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
	}()
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			_ = server.Close()
		}
	}
}

// onlyHere turns away requests that name this machine by a foreign host name if it
// listens to itself only: a web page whose name was made to mean 127.0.0.1 could
// otherwise read everything.
func onlyHere(l net.Listener, next http.Handler) http.Handler {
	if !l.Addr().(*net.TCPAddr).IP.IsLoopback() {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		_, err := netip.ParseAddr(strings.Trim(host, "[]"))
		if err != nil && host != "" && host != "localhost" && !strings.HasSuffix(host, ".localhost") {
			http.Error(w, "this address is for programs on this machine", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
