package stack

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"
)

// Account says who is asking AWS, and where. What is empty is taken from the
// environment and ~/.aws, as the aws command does.
type Account struct{ Region, Profile string }

// Connect finds out how AWS is reached. It fails, in one line for people, if there is
// no region or nobody is signed in.
//
// See https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
func Connect(ctx context.Context, a Account) (aws.Config, error) {
	var options []func(*config.LoadOptions) error
	if a.Region != "" {
		options = append(options, config.WithRegion(a.Region))
	}
	if a.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(a.Profile))
	}
	c, err := config.LoadDefaultConfig(ctx, options...)
	var profile config.SharedConfigProfileNotExistError
	switch {
	case errors.As(err, &profile):
		return aws.Config{}, fmt.Errorf("there is no profile %s in ~/.aws/config: `aws configure --profile %[1]s` makes it", profile.Profile)
	case err != nil:
		return aws.Config{}, fmt.Errorf("AWS's settings cannot be read: %w", err)
	case c.Region == "":
		return aws.Config{}, errors.New("which region the stack is in is not known: say so with --region, or set AWS_REGION, or run `aws configure`")
	}
	if _, err := c.Credentials.Retrieve(ctx); err != nil {
		return aws.Config{}, fmt.Errorf("nobody is signed in to AWS here: run `aws configure` or `aws sso login`, or name a profile with --profile (%w)", err)
	}
	return c, nil
}

// said is the code and the message of AWS's answer; empty if there was none.
func said(err error) (code, message string) {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode(), api.ErrorMessage()
	}
	return "", ""
}

// refused says what AWS did not do, and what would mend it.
func refused(action string, err error) error {
	code, message := said(err)
	switch code {
	case "":
		return fmt.Errorf("%s: %w", action, err)
	case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation":
		return fmt.Errorf("this user or role of AWS may not do %s: ask whoever looks after the account to allow it (%s)", action, message)
	case "ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException":
		return fmt.Errorf("AWS does not know these credentials, or not any more: run `aws sso login` or `aws configure` (%s)", message)
	}
	return fmt.Errorf("%s: %s (%s)", action, message, code)
}
