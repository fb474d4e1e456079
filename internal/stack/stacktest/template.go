package stacktest

// Template has of the real one what a command on a stack reads: buckets, parameters
// and outputs of the same names.
const Template = `
Parameters:
  SiteUrl: {Type: String}
  SendingKeyName: {Type: String}
  EventsKeyName: {Type: String}
  SigningKeyName: {Type: String}
Resources:
  ContentBucket: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub "${AWS::StackName}-content-${AWS::AccountId}"}}
  SiteBucket: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub "${AWS::StackName}-site-${AWS::AccountId}"}}
  StateBucket: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub "${AWS::StackName}-state-${AWS::AccountId}"}}
Outputs:
  Address: {Value: https://d111111abcdef8.cloudfront.net}
  ContentBucket: {Value: !Ref ContentBucket}
  SiteBucket: {Value: !Ref SiteBucket}
  StateBucket: {Value: !Ref StateBucket}
  DistributionId: {Value: EDFDVBD6EXAMPLE}
`
