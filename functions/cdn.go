package functions

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
)

// clearCDN returns a function that clears all of a CloudFront distribution's
// copies: one path, "/*", of the thousand a month that cost nothing.
//
// See https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_InvalidationBatch.html
func clearCDN(c aws.Config, distribution string) func(context.Context) error {
	return func(ctx context.Context) error {
		if distribution == "" {
			return nil
		}
		_, err := cloudfront.NewFromConfig(c).CreateInvalidation(ctx, &cloudfront.CreateInvalidationInput{
			DistributionId: &distribution,
			InvalidationBatch: &types.InvalidationBatch{
				CallerReference: aws.String("pennypost-" + strconv.FormatInt(time.Now().UnixMilli(), 10)),
				Paths:           &types.Paths{Quantity: aws.Int32(1), Items: []string{"/*"}},
			},
		})
		if err != nil {
			return fmt.Errorf("clearing the CDN: %w", err)
		}
		return nil
	}
}
