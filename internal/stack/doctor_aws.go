package stack

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	schedulertypes "github.com/aws/aws-sdk-go-v2/service/scheduler/types"
)

// redeploy mends what differs from the template.
const redeploy = "`make deploy` puts it back; if it says that nothing changes, mend it on AWS's page"

// buckets looks whether each is there, private and, where the template says so, versioned.
func (d *Doctor) buckets(ctx context.Context) []Finding {
	client := d.Stack.s3()
	var all []Finding
	for _, b := range []struct {
		what, name string
		versioned  bool
	}{{"content bucket", d.Stack.Content, true}, {"site bucket", d.Stack.Site, false}, {"state bucket", d.Stack.State, true}} {
		if _, err := client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &b.name}); err != nil {
			all = append(all, ill(b.what, refused("s3:ListBucket on "+b.name, err), "look whether it was deleted, and whether this user may list it")...)
			continue
		}
		var amiss []string
		if b.versioned {
			v, err := client.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: &b.name})
			if err != nil {
				amiss = append(amiss, refused("s3:GetBucketVersioning", err).Error())
			} else if v.Status != s3types.BucketVersioningStatusEnabled {
				amiss = append(amiss, "it keeps no old versions")
			}
		}
		block, err := client.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: &b.name})
		if code, _ := said(err); code == "NoSuchPublicAccessBlockConfiguration" {
			amiss = append(amiss, "nothing keeps it from being made public")
		} else if err != nil {
			amiss = append(amiss, refused("s3:GetBucketPublicAccessBlock", err).Error())
		} else if p := block.PublicAccessBlockConfiguration; !aws.ToBool(p.BlockPublicAcls) || !aws.ToBool(p.BlockPublicPolicy) || !aws.ToBool(p.IgnorePublicAcls) || !aws.ToBool(p.RestrictPublicBuckets) {
			amiss = append(amiss, "it may be made public")
		}
		if len(amiss) > 0 {
			all = append(all, Finding{b.what, b.name + ": " + strings.Join(amiss, "; "), redeploy})
			continue
		}
		found := b.name + " is there and private"
		if b.versioned {
			found += ", and keeps old versions"
		}
		all = append(all, Finding{b.what, found, ""})
	}
	return all
}

// notifications looks whether uploads are told to the queue.
func (d *Doctor) notifications(ctx context.Context) []Finding {
	const what = "notifications"
	queue, err := called(d.parts, "UploadsQueue")
	if err != nil {
		return ill(what, err, redeploy)
	}
	attributes, err := d.Stack.queue(ctx, queue)
	if err != nil {
		return ill(what, err, redeploy)
	}
	n, err := d.Stack.s3().GetBucketNotificationConfiguration(ctx, &s3.GetBucketNotificationConfigurationInput{Bucket: &d.Stack.Content})
	if err != nil {
		return ill(what, refused("s3:GetBucketNotification", err), "allow it to this user")
	}
	told := map[string]bool{}
	for _, q := range n.QueueConfigurations {
		if aws.ToString(q.QueueArn) == attributes["QueueArn"] && coversPosts(q.Filter) {
			for _, e := range q.Events {
				kind, _, _ := strings.Cut(strings.TrimPrefix(string(e), "s3:"), ":")
				told[kind] = true
			}
		}
	}
	if !told["ObjectCreated"] || !told["ObjectRemoved"] {
		return one(what, "not every upload and deletion under posts/ is told to the queue, so publishing waits for the hourly sweep", redeploy)
	}
	return one(what, "uploads and deletions under posts/ are told to the queue", "")
}

// coversPosts tells whether a filter lets every key under posts/ pass.
func coversPosts(f *s3types.NotificationConfigurationFilter) bool {
	if f == nil || f.Key == nil {
		return true
	}
	for _, r := range f.Key.FilterRules {
		if !strings.EqualFold(string(r.Name), "prefix") || !strings.HasPrefix("posts/", aws.ToString(r.Value)) {
			return false
		}
	}
	return true
}

// the functions, as the template names them.
var functionNames = []string{"PublishFunction", "DigestFunction", "SendFunction", "SubscribeFunction", "WebhookFunction"}

// functions looks whether all are up.
func (d *Doctor) functions(ctx context.Context) []Finding {
	const what = "functions"
	client := lambda.NewFromConfig(d.Stack.aws)
	var amiss []string
	for _, name := range functionNames {
		p, err := called(d.parts, name)
		if err != nil {
			amiss = append(amiss, err.Error())
			continue
		}
		c, err := client.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &p.physical})
		switch {
		case err != nil:
			amiss = append(amiss, refused("lambda:GetFunctionConfiguration of "+p.physical, err).Error())
		case c.State != lambdatypes.StateActive && c.State != lambdatypes.StateInactive:
			amiss = append(amiss, fmt.Sprintf("%s is %s: %s", p.physical, c.State, aws.ToString(c.StateReason)))
		case c.LastUpdateStatus == lambdatypes.LastUpdateStatusFailed:
			amiss = append(amiss, fmt.Sprintf("%s could not be updated: %s", p.physical, aws.ToString(c.LastUpdateStatusReason)))
		}
	}
	if len(amiss) > 0 {
		return one(what, strings.Join(amiss, "; "), redeploy)
	}
	return one(what, "all five are up", "")
}

// poller looks whether the queue wakes publish.
func (d *Doctor) poller(ctx context.Context) []Finding {
	const what = "queue to publish"
	p, err := called(d.parts, "PublishFunction")
	if err != nil {
		return ill(what, err, redeploy)
	}
	out, err := lambda.NewFromConfig(d.Stack.aws).ListEventSourceMappings(ctx, &lambda.ListEventSourceMappingsInput{FunctionName: &p.physical})
	if err != nil {
		return ill(what, refused("lambda:ListEventSourceMappings", err), "allow it to this user")
	}
	for _, m := range out.EventSourceMappings {
		if aws.ToString(m.State) == "Enabled" {
			return one(what, "what is uploaded wakes the publish function", "")
		}
	}
	return one(what, "the queue does not wake the publish function", "enable its trigger on Lambda's page; "+redeploy)
}

// schedules looks whether the clock ticks for the three functions that need it. They
// are found by whom they wake.
func (d *Doctor) schedules(ctx context.Context) []Finding {
	const what = "schedules"
	ticks := map[string]string{} // function -> state
	pages := scheduler.NewListSchedulesPaginator(scheduler.NewFromConfig(d.Stack.aws), &scheduler.ListSchedulesInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return ill(what, refused("scheduler:ListSchedules", err), "allow it to this user")
		}
		for _, s := range page.Schedules {
			if s.Target != nil && ticks[aws.ToString(s.Target.Arn)] != string(schedulertypes.ScheduleStateEnabled) {
				ticks[aws.ToString(s.Target.Arn)] = string(s.State)
			}
		}
	}
	var amiss []string
	for _, name := range functionNames[:3] {
		p, err := called(d.parts, name)
		if err != nil {
			amiss = append(amiss, err.Error())
			continue
		}
		state, found := "", false
		for arn, s := range ticks {
			if strings.HasSuffix(arn, ":function:"+p.physical) {
				state, found = s, true
			}
		}
		switch {
		case !found:
			amiss = append(amiss, "nothing wakes "+p.physical)
		case state != string(schedulertypes.ScheduleStateEnabled):
			amiss = append(amiss, "the schedule of "+p.physical+" is "+strings.ToLower(state))
		}
	}
	if len(amiss) > 0 {
		return one(what, strings.Join(amiss, "; "), "enable it on EventBridge Scheduler's page; "+redeploy)
	}
	return one(what, "publish, digest and send are woken each minute", "")
}

// queues looks at what waits, and at what was given up.
func (d *Doctor) queues(ctx context.Context) []Finding {
	var all []Finding
	for _, p := range of(d.parts, "AWS::SQS::Queue") {
		attributes, err := d.Stack.queue(ctx, p)
		if err != nil {
			all = append(all, ill("queue", err, "look whether "+p.physical+" was deleted")...)
			continue
		}
		n := attributes["ApproximateNumberOfMessages"]
		if !strings.HasSuffix(p.logical, "DeadLetters") {
			all = append(all, Finding{"queue", n + " waiting in " + p.logical, ""})
			continue
		}
		f := Finding{"dead letters", n + " in " + p.logical, ""}
		if n != "0" {
			f.Do = "`pennypost status` tells of the day's errors; nothing is lost, for the sweep looks at everything each hour; then `aws sqs purge-queue --queue-url " + p.physical + "`"
		}
		all = append(all, f)
	}
	if len(all) == 0 {
		return one("queue", "the stack has none", redeploy)
	}
	slices.SortStableFunc(all, func(a, b Finding) int { return strings.Compare(b.What, a.What) })
	return all
}
