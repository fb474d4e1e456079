package stacktest

import (
	"fmt"
	"strings"
)

// Template has of the real one what commands on a stack look at, under the same names,
// as far as moto's CloudFormation knows it; [Make] does the rest.
func Template() string {
	var functions strings.Builder
	for _, name := range []string{"Publish", "Digest", "Send", "Subscribe", "Webhook"} {
		fmt.Fprintf(&functions, function, name, strings.ToLower(name))
	}
	return parameters + functions.String() + outputs
}

const parameters = `
Parameters:
  SiteUrl: {Type: String}
  Distribution: {Type: String}
  SendingKeyName: {Type: String}
  EventsKeyName: {Type: String}
  SigningKeyName: {Type: String}
Resources:
  ContentBucket: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub "${AWS::StackName}-content-${AWS::AccountId}"}}
  SiteBucket: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub "${AWS::StackName}-site-${AWS::AccountId}"}}
  StateBucket: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub "${AWS::StackName}-state-${AWS::AccountId}"}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
  UploadsQueue: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "${AWS::StackName}-uploads"}}
  UploadsDeadLetters: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "${AWS::StackName}-dead"}}
`

// function is one of the five, and where it logs: its name with a capital, and without.
const function = `  %[1]sFunction:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: !Sub "${AWS::StackName}-%[2]s"
      Runtime: provided.al2023
      Handler: bootstrap
      Role: !GetAtt Role.Arn
      Code: {ZipFile: any}
  %[1]sLogs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Sub "${AWS::StackName}-%[2]s", RetentionInDays: 30}}
`

const outputs = `  PublishFunctionUploads:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt UploadsQueue.Arn
      FunctionName: !Ref PublishFunction
Outputs:
  Address: {Value: https://d111111abcdef8.cloudfront.net}
  ContentBucket: {Value: !Ref ContentBucket}
  SiteBucket: {Value: !Ref SiteBucket}
  StateBucket: {Value: !Ref StateBucket}
  DistributionId: {Value: !Ref Distribution}
`
