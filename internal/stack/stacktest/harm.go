package stacktest

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// GiveUp puts a message among a stack's dead letters.
func GiveUp(ctx context.Context, c aws.Config, stack string) error {
	client := sqs.NewFromConfig(c)
	queue, err := client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String(stack + "-dead")})
	if err != nil {
		return err
	}
	_, err = client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: queue.QueueUrl, MessageBody: aws.String("{}")})
	return err
}

// Log lets a function of a stack have logged some lines just now.
func Log(ctx context.Context, c aws.Config, stack, function string, lines []string) error {
	client := cloudwatchlogs.NewFromConfig(c)
	group, stream := stack+"-"+function, time.Now().Format("150405.000000")
	if _, err := client.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &group, LogStreamName: &stream}); err != nil {
		return err
	}
	var events []logtypes.InputLogEvent
	for _, l := range lines {
		events = append(events, logtypes.InputLogEvent{Message: &l, Timestamp: aws.Int64(time.Now().UnixMilli())})
	}
	_, err := client.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: &group, LogStreamName: &stream, LogEvents: events})
	return err
}

// Harm turns off what can be turned off in a stack: a schedule, the notifications, the
// versions of the state bucket and the privacy of the content bucket.
func Harm(ctx context.Context, c aws.Config, stack string) error {
	client := s3.NewFromConfig(c)
	content, state := stack+"-content-"+Account, stack+"-state-"+Account
	if _, err := client.DeletePublicAccessBlock(ctx, &s3.DeletePublicAccessBlockInput{Bucket: &content}); err != nil {
		return err
	}
	if _, err := client.PutBucketNotificationConfiguration(ctx, &s3.PutBucketNotificationConfigurationInput{
		Bucket: &content, NotificationConfiguration: &s3types.NotificationConfiguration{},
	}); err != nil {
		return err
	}
	if _, err := client.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
		Bucket: &state, VersioningConfiguration: &s3types.VersioningConfiguration{Status: s3types.BucketVersioningStatusSuspended},
	}); err != nil {
		return err
	}
	return StopTick(ctx, c, stack, "digest")
}
