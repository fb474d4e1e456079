package stacktest

// Template has of the real one what commands on a stack look at, under the same names,
// as far as moto's CloudFormation knows it; [Make] does the rest.
const Template = `
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
  PublishFunction:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: !Sub "${AWS::StackName}-publish"
      Runtime: provided.al2023
      Handler: bootstrap
      Role: !GetAtt Role.Arn
      Code: {ZipFile: any}
  PublishLogs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Sub "${AWS::StackName}-publish", RetentionInDays: 30}}
  DigestFunction:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: !Sub "${AWS::StackName}-digest"
      Runtime: provided.al2023
      Handler: bootstrap
      Role: !GetAtt Role.Arn
      Code: {ZipFile: any}
  DigestLogs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Sub "${AWS::StackName}-digest", RetentionInDays: 30}}
  SendFunction:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: !Sub "${AWS::StackName}-send"
      Runtime: provided.al2023
      Handler: bootstrap
      Role: !GetAtt Role.Arn
      Code: {ZipFile: any}
  SendLogs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Sub "${AWS::StackName}-send", RetentionInDays: 30}}
  SubscribeFunction:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: !Sub "${AWS::StackName}-subscribe"
      Runtime: provided.al2023
      Handler: bootstrap
      Role: !GetAtt Role.Arn
      Code: {ZipFile: any}
  SubscribeLogs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Sub "${AWS::StackName}-subscribe", RetentionInDays: 30}}
  WebhookFunction:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: !Sub "${AWS::StackName}-webhook"
      Runtime: provided.al2023
      Handler: bootstrap
      Role: !GetAtt Role.Arn
      Code: {ZipFile: any}
  WebhookLogs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Sub "${AWS::StackName}-webhook", RetentionInDays: 30}}
  PublishFunctionUploads:
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
