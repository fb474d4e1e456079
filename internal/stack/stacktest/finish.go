package stacktest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	cdntypes "github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	schedulertypes "github.com/aws/aws-sdk-go-v2/service/scheduler/types"
)

// distribution makes the CDN of a stack, which moto's CloudFormation does not, and
// returns its id.
func distribution(ctx context.Context, c aws.Config, name string) (string, error) {
	out, err := cloudfront.NewFromConfig(c).CreateDistribution(ctx, &cloudfront.CreateDistributionInput{
		DistributionConfig: &cdntypes.DistributionConfig{
			CallerReference: &name, Comment: &name, Enabled: aws.Bool(true),
			Origins: &cdntypes.Origins{Quantity: aws.Int32(1), Items: []cdntypes.Origin{{
				Id: aws.String("site"), DomainName: aws.String(name + "-site-" + Account + ".s3." + Region + ".amazonaws.com"),
				S3OriginConfig: &cdntypes.S3OriginConfig{OriginAccessIdentity: aws.String("")},
			}}},
			DefaultCacheBehavior: &cdntypes.DefaultCacheBehavior{
				TargetOriginId: aws.String("site"), ViewerProtocolPolicy: cdntypes.ViewerProtocolPolicyRedirectToHttps,
			},
		},
	})
	if err != nil {
		return "", err
	}
	return *out.Distribution.Id, nil
}

// finish sets what moto's CloudFormation does not take from a template: versions,
// lifecycle, privacy and notifications of buckets, and schedules.
func finish(ctx context.Context, c aws.Config, name string) error {
	client := s3.NewFromConfig(c)
	content, site, state := name+"-content-"+Account, name+"-site-"+Account, name+"-state-"+Account
	for _, b := range []string{content, site, state} {
		_, err := client.PutPublicAccessBlock(ctx, &s3.PutPublicAccessBlockInput{Bucket: &b, PublicAccessBlockConfiguration: &s3types.PublicAccessBlockConfiguration{
			BlockPublicAcls: aws.Bool(true), BlockPublicPolicy: aws.Bool(true), IgnorePublicAcls: aws.Bool(true), RestrictPublicBuckets: aws.Bool(true),
		}})
		if err != nil {
			return err
		}
		if b == site {
			continue
		}
		_, err = client.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
			Bucket: &b, VersioningConfiguration: &s3types.VersioningConfiguration{Status: s3types.BucketVersioningStatusEnabled},
		})
		if err != nil {
			return err
		}
	}
	_, err := client.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{
		Bucket: &state, LifecycleConfiguration: &s3types.BucketLifecycleConfiguration{Rules: []s3types.LifecycleRule{{
			ID: aws.String("old-versions"), Status: s3types.ExpirationStatusEnabled, Filter: &s3types.LifecycleRuleFilter{Prefix: aws.String("")},
			NoncurrentVersionExpiration: &s3types.NoncurrentVersionExpiration{NoncurrentDays: aws.Int32(30)},
		}}},
	})
	if err != nil {
		return err
	}
	posts := &s3types.NotificationConfigurationFilter{Key: &s3types.S3KeyFilter{FilterRules: []s3types.FilterRule{
		{Name: s3types.FilterRuleNamePrefix, Value: aws.String("posts/")},
	}}}
	queue := "arn:aws:sqs:" + Region + ":" + Account + ":" + name + "-uploads"
	_, err = client.PutBucketNotificationConfiguration(ctx, &s3.PutBucketNotificationConfigurationInput{
		Bucket: &content, NotificationConfiguration: &s3types.NotificationConfiguration{QueueConfigurations: []s3types.QueueConfiguration{
			{QueueArn: &queue, Events: []s3types.Event{"s3:ObjectCreated:*"}, Filter: posts},
			{QueueArn: &queue, Events: []s3types.Event{"s3:ObjectRemoved:*"}, Filter: posts},
		}},
	})
	if err != nil {
		return err
	}
	for _, function := range []string{"publish", "digest", "send"} {
		schedule, rate, target, window := tick(name, function)
		_, err := scheduler.NewFromConfig(c).CreateSchedule(ctx, &scheduler.CreateScheduleInput{
			Name: &schedule, ScheduleExpression: rate, Target: target, FlexibleTimeWindow: window,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// tick is the schedule that wakes a function of a stack each minute.
func tick(stack, function string) (name string, rate *string, target *schedulertypes.Target, window *schedulertypes.FlexibleTimeWindow) {
	name = stack + "-" + function
	return name, aws.String("rate(1 minute)"), &schedulertypes.Target{
		Arn:     aws.String("arn:aws:lambda:" + Region + ":" + Account + ":function:" + name),
		RoleArn: aws.String("arn:aws:iam::" + Account + ":role/any"),
	}, &schedulertypes.FlexibleTimeWindow{Mode: schedulertypes.FlexibleTimeWindowModeOff}
}

// StopTick turns the schedule of a function off.
func StopTick(ctx context.Context, c aws.Config, stack, function string) error {
	name, rate, target, window := tick(stack, function)
	_, err := scheduler.NewFromConfig(c).UpdateSchedule(ctx, &scheduler.UpdateScheduleInput{
		Name: &name, ScheduleExpression: rate, Target: target, FlexibleTimeWindow: window, State: schedulertypes.ScheduleStateDisabled,
	})
	return err
}
