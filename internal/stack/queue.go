package stack

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// Queue is how full a queue is.
type Queue struct {
	Name    string // as the template has it
	Dead    bool   // it holds what was given up
	Waiting int    // about so many
}

// Queues tells how full the stack's queues are.
func (s *Stack) Queues(ctx context.Context) ([]Queue, error) {
	parts, err := s.parts(ctx)
	if err != nil {
		return nil, err
	}
	var all []Queue
	for _, p := range of(parts, "AWS::SQS::Queue") {
		attributes, err := s.queue(ctx, p)
		if err != nil {
			return nil, err
		}
		n, err := strconv.Atoi(attributes[string(sqstypes.QueueAttributeNameApproximateNumberOfMessages)])
		if err != nil {
			return nil, err
		}
		all = append(all, Queue{p.logical, strings.HasSuffix(p.logical, "DeadLetters"), n})
	}
	return all, nil
}

// queue asks for a queue's attributes.
func (s *Stack) queue(ctx context.Context, p part) (map[string]string, error) {
	out, err := sqs.NewFromConfig(s.aws).GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl:       &p.physical,
		AttributeNames: []sqstypes.QueueAttributeName{sqstypes.QueueAttributeNameApproximateNumberOfMessages, sqstypes.QueueAttributeNameQueueArn},
	})
	var gone *sqstypes.QueueDoesNotExist
	if errors.As(err, &gone) {
		return nil, fmt.Errorf("the queue %s does not exist", p.logical)
	}
	if err != nil {
		return nil, refused("sqs:GetQueueAttributes", err)
	}
	return out.Attributes, nil
}
