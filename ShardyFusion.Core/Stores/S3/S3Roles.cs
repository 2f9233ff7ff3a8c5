using Amazon.Runtime;
using Amazon.Runtime.Credentials;

namespace ShardyFusion.Stores.S3;

/// <summary>Temporary credentials of a role, which the SDK renews before they end.</summary>
static class S3Roles
{
    const string SessionName = "shardyfusion";

    /// <summary>The credentials of the role that is named, got with those that are given or found; what was given where none is.</summary>
    public static (AWSCredentials? Credentials, string Source) Assume((AWSCredentials? Credentials, string Source) found, S3Access? access,
        IClientConfig config)
    {
        if (access?.RoleArn is not { } role) return found;
        var own = found.Credentials ?? DefaultAWSCredentialsIdentityResolver.GetCredentials(config);
        var options = new AssumeRoleAWSCredentialsOptions
        {
            ExternalId = access.ExternalId,
            MfaSerialNumber = access.MfaSerial,
            MfaTokenCodeCallback = access.MfaCode is { } code ? () => code : null,
        };
        return (new AssumeRoleAWSCredentials(own, role, access.RoleSessionName ?? SessionName, options),
            $"role {role}, assumed with {found.Source}");
    }
}
