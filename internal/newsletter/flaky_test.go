package newsletter

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/store"
)

// flaky is a network on which requests can be lost: the one with number at, and,
// if it kills, all that follow.
type flaky struct {
	next  http.RoundTripper
	count atomic.Int64
	at    int64
	after bool // the request arrives, only its answer is lost
	kills bool
	// only, if it is set, says which requests are counted; the others all arrive.
	only func(*http.Request) bool
	// happens, if it is set, is what happens before that request, which then arrives.
	happens func()
	// last, if it is set, says which request is the last one that arrives: it is not answered.
	last func(*http.Request) bool
	dead atomic.Bool
}

// puts tells of the requests that write an object whose key ends so.
func puts(end string) func(*http.Request) bool {
	return func(r *http.Request) bool { return r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, end) }
}

var errLost = errors.New("the network is gone")

// reach tells whether the next request is done at all, and whether it is answered.
func (f *flaky) reach() (done, answered bool) {
	k := f.count.Add(1)
	if k == f.at && f.happens != nil {
		f.happens()
	}
	switch {
	case f.happens != nil:
		return true, true
	case f.at == 0 || k < f.at || k > f.at && !f.kills:
		return true, true
	case k == f.at:
		return f.after, false
	}
	return false, false
}

func (f *flaky) RoundTrip(r *http.Request) (*http.Response, error) {
	if f.dead.Load() {
		return nil, errLost
	}
	if f.last != nil && f.last(r) {
		f.dead.Store(true)
		if resp, err := f.next.RoundTrip(r); err == nil {
			_ = resp.Body.Close()
		}
		return nil, errLost
	}
	if f.only != nil && !f.only(r) {
		return f.next.RoundTrip(r)
	}
	done, answered := f.reach()
	if !done {
		return nil, errLost
	}
	resp, err := f.next.RoundTrip(r)
	if err == nil && !answered {
		_ = resp.Body.Close()
		return nil, errLost
	}
	return resp, err
}

// Send lets requests to Mailgun be lost on the same network.
type flakySender struct {
	*flaky
	box *mailbox
}

func (f flakySender) Send(ctx context.Context, r Request) Outcome {
	done, answered := f.reach()
	o := Outcome(Uncertain{"the connection broke"})
	if done {
		got := f.box.Send(ctx, r)
		if answered {
			o = got
		}
	}
	return o
}

func (f flakySender) Accepted(ctx context.Context, domain, region, id string) (bool, bool, error) {
	if done, answered := f.reach(); !done || !answered {
		return false, false, errLost
	}
	return f.box.Accepted(ctx, domain, region, id)
}

// clientOver is a client on a flaky network.
func (p *place) clientOver(f *flaky) *s3.Client {
	f.next = http.DefaultTransport
	own := p.client.Options()
	return s3.New(s3.Options{ // a copy of own would share what New writes into
		BaseEndpoint: own.BaseEndpoint, Region: own.Region, UsePathStyle: own.UsePathStyle, Credentials: own.Credentials,
		HTTPClient: &http.Client{Transport: f}, Retryer: aws.NopRetryer{},
	})
}

// peopleOver is the audience on a flaky network.
func (p *place) peopleOver(f *flaky) *audience.Audience {
	return audience.Open(audience.Options{State: store.New(p.clientOver(f), "state"), Now: p.clock.now, Rand: rand.Reader})
}

// over is an engine on a flaky network.
func (p *place) over(f *flaky, change ...func(*Options)) *Newsletter {
	client := p.clientOver(f)
	return p.engine(append([]func(*Options){func(o *Options) {
		o.State, o.Content = store.New(client, "state"), store.New(client, "content")
		o.Audience = p.peopleOver(f)
		sender := flakySender{f, p.box}
		o.Sender, o.Events = sender, sender
	}}, change...)...)
}
