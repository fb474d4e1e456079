package stack

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
)

// part is one resource of a stack.
type part struct {
	logical  string // its name in the template
	physical string // what it is called on AWS: a function's name, a queue's address
	kind     string // "AWS::SQS::Queue"
}

// parts lists all resources of the stack.
func (s *Stack) parts(ctx context.Context) ([]part, error) {
	var all []part
	pages := cloudformation.NewListStackResourcesPaginator(cloudformation.NewFromConfig(s.aws), &cloudformation.ListStackResourcesInput{StackName: &s.Name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, refused("cloudformation:ListStackResources", err)
		}
		for _, r := range page.StackResourceSummaries {
			all = append(all, part{aws.ToString(r.LogicalResourceId), aws.ToString(r.PhysicalResourceId), aws.ToString(r.ResourceType)})
		}
	}
	return all, nil
}

// of are the parts of one kind, in the template's names' order.
func of(all []part, kind string) []part {
	var some []part
	for _, p := range all {
		if p.kind == kind {
			some = append(some, p)
		}
	}
	slices.SortFunc(some, func(a, b part) int { return strings.Compare(a.logical, b.logical) })
	return some
}

// called is the part of a name in the template.
func called(all []part, logical string) (part, error) {
	for _, p := range all {
		if p.logical == logical {
			return p, nil
		}
	}
	return part{}, fmt.Errorf("the stack has no %s", logical)
}
