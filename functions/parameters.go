package functions

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// keepKey is how long a fetched key is used before it is fetched again, so that a
// rotated one comes into force without a deployment.
const keepKey = 5 * time.Minute

// renew is how old a key must be to be fetched again because it was refused: calls with
// a forged signature must not become calls of SSM.
const renew = 30 * time.Second

// parameters fetches SecureString parameters from SSM when they are first needed:
// CloudFormation can neither create them nor put them into an environment.
type parameters struct {
	client *ssm.Client
	now    func() time.Time

	mu   sync.Mutex
	kept map[string]fetched
}

type fetched struct {
	value string
	at    time.Time
}

func newParameters(c aws.Config, now func() time.Time) *parameters {
	return &parameters{client: ssm.NewFromConfig(c), now: now, kept: map[string]fetched{}}
}

// get returns a function that fetches one parameter. A parameter that has no name
// or does not exist is "", for some keys are optional.
func (p *parameters) get(name string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		if name == "" {
			return "", nil
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		if f, ok := p.kept[name]; ok && p.now().Sub(f.at) < keepKey {
			return f.value, nil
		}
		out, err := p.client.GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
		var missing *types.ParameterNotFound
		value := ""
		switch {
		case errors.As(err, &missing):
		case err != nil:
			return "", fmt.Errorf("reading the parameter %s: %w", name, err)
		default:
			value = aws.ToString(out.Parameter.Value)
		}
		p.kept[name] = fetched{value: value, at: p.now()}
		return value, nil
	}
}

// refused forgets a key that is no good, unless it was fetched a moment ago.
func (p *parameters) refused(value string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for name, f := range p.kept {
		if f.value == value && p.now().Sub(f.at) >= renew {
			delete(p.kept, name)
		}
	}
}
