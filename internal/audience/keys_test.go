package audience

import (
	"sync"
	"testing"
	"time"
)

// Two programs that need the keys first end with the same ones.
func TestKeysAreCreatedOnce(t *testing.T) {
	bucket := newBucket(t)
	var wg sync.WaitGroup
	tokens := make([]string, 16)
	for i := range tokens {
		wg.Go(func() {
			got, err := Open(Options{State: bucket}).Tokens(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			tokens[i] = got.Sign(ForSubscriber, "000000000000")
		})
	}
	wg.Wait()
	for _, other := range tokens {
		if other != tokens[0] {
			t.Fatalf("%s and %s are signed by different keys", other, tokens[0])
		}
	}
}

func TestRotatedKeysReachOthers(t *testing.T) {
	bucket, c := newBucket(t), newClock()
	one, other := Open(Options{State: bucket, Now: c.now}), Open(Options{State: bucket, Now: c.now})
	ctx := t.Context()
	first, err := one.Tokens(ctx)
	if err != nil {
		t.Fatal(err)
	}
	oldToken := first.Sign(ForSubscriber, "000000000000")
	if _, err := other.Verify(ctx, ForSubscriber, oldToken); err != nil {
		t.Fatal(err)
	}
	before, _ := other.Fingerprint(ctx, "", "anna@example.org")
	if err := one.RotateTokens(ctx); err != nil {
		t.Fatal(err)
	}
	c.turn(time.Minute)
	second, err := one.Tokens(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{oldToken, second.Sign(ForSubscriber, "000000000000")} {
		if uid, err := other.Verify(ctx, ForSubscriber, token); err != nil || uid != "000000000000" {
			t.Errorf("Verify = %q, %v", uid, err)
		}
	}
	if after, _ := one.Fingerprint(ctx, "", "anna@example.org"); after != before {
		t.Error("rotating changed the identity of addresses")
	}
}
