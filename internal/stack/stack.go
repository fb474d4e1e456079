// Package stack is AWS as seen from the laptop: which buckets, queues and functions a
// deployed stack consists of, whether each is as it should be, and what Mailgun must
// be told for it. CloudFormation knows the parts; nothing is kept here.
package stack

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// Stack is a deployed stack as CloudFormation describes it.
type Stack struct {
	Name, Account, Region string
	Status                string // CloudFormation's, "UPDATE_COMPLETE"
	Revision              string // of the source it was deployed from; empty or "unknown" if nobody said

	Content, Site, State string // names of the buckets
	SiteURL              string // the parameter SiteUrl; no slash at the end
	Address              string // the distribution's own, "https://….cloudfront.net"
	Distribution         string // its id

	// Names of the SSM parameters that hold Mailgun's keys.
	SendingKey, EventsKey, SigningKey string

	aws aws.Config
}

// Find asks CloudFormation for a stack; the one permission it needs is
// cloudformation:DescribeStacks. An error is one line for people that says what to do.
//
// The parts are read from the stack's outputs and parameters, not made up from its
// name, so that a stack of another layout is refused rather than misread.
func Find(ctx context.Context, c aws.Config, name string) (*Stack, error) {
	out, err := cloudformation.NewFromConfig(c).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
	if err != nil {
		return nil, missing(name, c.Region, err)
	}
	if len(out.Stacks) != 1 {
		return nil, fmt.Errorf("CloudFormation knows %d stacks of the name %s", len(out.Stacks), name)
	}
	return read(c, out.Stacks[0])
}

// read takes a stack's parts from its description. Everything that it lacks is
// reported at once.
func read(c aws.Config, d types.Stack) (*Stack, error) {
	s := &Stack{Name: aws.ToString(d.StackName), Status: string(d.StackStatus), aws: c}
	if d.StackStatus == types.StackStatusReviewInProgress || d.StackStatus == types.StackStatusRollbackComplete ||
		d.StackStatus == types.StackStatusCreateInProgress || strings.HasPrefix(string(d.StackStatus), "DELETE_") {
		return nil, fmt.Errorf("the stack %s is not up (%s): `make deploy` sets it up", s.Name, d.StackStatus)
	}
	id, err := arn.Parse(aws.ToString(d.StackId))
	if err != nil {
		return nil, fmt.Errorf("the id of the stack %s: %w", s.Name, err)
	}
	s.Account, s.Region = id.AccountID, id.Region

	values := map[string]string{}
	for _, p := range d.Parameters {
		values["parameter "+aws.ToString(p.ParameterKey)] = aws.ToString(p.ParameterValue)
	}
	for _, o := range d.Outputs {
		values["output "+aws.ToString(o.OutputKey)] = aws.ToString(o.OutputValue)
	}
	s.Revision = values["output Revision"]
	var lacks []string
	for name, to := range map[string]*string{
		"output ContentBucket":     &s.Content,
		"output SiteBucket":        &s.Site,
		"output StateBucket":       &s.State,
		"output DistributionId":    &s.Distribution,
		"output Address":           &s.Address,
		"parameter SiteUrl":        &s.SiteURL,
		"parameter SendingKeyName": &s.SendingKey,
		"parameter EventsKeyName":  &s.EventsKey,
		"parameter SigningKeyName": &s.SigningKey,
	} {
		if *to = values[name]; *to == "" {
			lacks = append(lacks, name)
		}
	}
	if len(lacks) > 0 {
		slices.Sort(lacks)
		return nil, fmt.Errorf("%s is no stack of pennypost, or of an older one that `make deploy` renews: it has no %s", s.Name, strings.Join(lacks, ", "))
	}
	return s, nil
}

// settled tells whether the last deployment ended well.
func (s *Stack) settled() bool {
	switch types.StackStatus(s.Status) {
	case types.StackStatusCreateComplete, types.StackStatusUpdateComplete, types.StackStatusUpdateCompleteCleanupInProgress, types.StackStatusImportComplete:
		return true
	}
	return false
}

// String says which stack it is, for questions and headings.
func (s *Stack) String() string {
	return fmt.Sprintf("the stack %s (account %s, %s)", s.Name, s.Account, s.Region)
}

// missing says why a stack cannot be described.
func missing(name, region string, err error) error {
	code, message := said(err)
	switch {
	case code == "ValidationError" && strings.Contains(message, "does not exist"):
		return fmt.Errorf("there is no stack %s in %s: `make deploy` sets one up; if it is elsewhere, say so with --region or --profile", name, region)
	}
	return refused("cloudformation:DescribeStacks", err)
}

// Config is how the stack is reached.
func (s *Stack) Config() aws.Config { return s.aws }
