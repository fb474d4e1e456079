package stack

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// Key reads one of Mailgun's keys by its parameter's name; "" if it was never stored.
func (s *Stack) Key(ctx context.Context, name string) (string, error) {
	out, err := ssm.NewFromConfig(s.aws).GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	var missing *types.ParameterNotFound
	if errors.As(err, &missing) {
		return "", nil
	}
	if err != nil {
		return "", refused("ssm:GetParameter", err)
	}
	return aws.ToString(out.Parameter.Value), nil
}

// StoreKey stores one of Mailgun's keys, encrypted, in place of what was there. The
// functions read it within five minutes.
func (s *Stack) StoreKey(ctx context.Context, name, value string) error {
	_, err := ssm.NewFromConfig(s.aws).PutParameter(ctx, &ssm.PutParameterInput{
		Name: &name, Value: &value, Type: types.ParameterTypeSecureString, Overwrite: aws.Bool(true),
		Description: aws.String("A key of Mailgun's, for the stack " + s.Name),
	})
	if err != nil {
		return refused("ssm:PutParameter", err)
	}
	return nil
}
