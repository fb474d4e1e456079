package local

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ticker wakes one function again and again, never while it still runs.
type ticker struct {
	name  string
	every time.Duration
	call  func(context.Context) error
	say   func(string)

	said string // the last failure, so that the same is told once
}

// run ticks at once and then every so often, until ctx ends. A call under way then is
// not cut short; it has hard for its context.
func (t *ticker) run(ctx, hard context.Context) {
	for {
		began := time.Now()
		t.once(hard)
		timer := time.NewTimer(max(t.every-time.Since(began), 0))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		if ctx.Err() != nil {
			return
		}
	}
}

func (t *ticker) once(hard context.Context) {
	ctx, cancel := context.WithTimeout(hard, deadline)
	defer cancel()
	err := caught(func() error { return t.call(ctx) })
	if hard.Err() != nil {
		return
	}
	problem := ""
	if err != nil {
		problem = fmt.Sprintf("%s failed and is tried again: %v", t.name, err)
	}
	if problem != t.said && problem != "" {
		t.say(problem)
	}
	t.said = problem
}

// caught makes an error of a panic, and of a call that ended its goroutine.
func caught(call func() error) (err error) {
	done := make(chan struct{})
	go func() {
		ended := false
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("it panicked: %v", p)
			} else if !ended {
				err = errors.New("it ended without an answer")
			}
		}()
		err = call()
		ended = true
	}()
	<-done
	return err
}
