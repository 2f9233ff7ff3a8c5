using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using ShardyFusion.Errors;

namespace ShardyFusion.Stores.S3;

/// <summary>Takes the credentials of a profile of the AWS configuration files, and says what is wrong with one that cannot be
/// used.</summary>
static class S3Profiles
{
    /// <summary>The credentials of a profile; whatever it takes to get them happens at the first request.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: there is no such profile, it takes them from
    /// another one that is not there, it asks for a code that nobody can enter, or it holds none.</exception>
    public static AWSCredentials Find(string name)
    {
        var profiles = new CredentialProfileStoreChain();
        if (!profiles.TryGetProfile(name, out var profile))
            throw Invalid(name, $"There is no profile '{name}' with credentials in the AWS configuration files.",
                "Check the profile's name: aws configure list-profiles shows those there are.");
        var options = profile.Options;
        if (options.SourceProfile is { Length: > 0 } source && source != name && !profiles.TryGetProfile(source, out _))
            throw Invalid(name, $"Profile '{name}' takes its credentials from profile '{source}' (source_profile), which does not exist.",
                $"Add profile '{source}' to the AWS configuration files, or correct source_profile of '{name}'.");
        if (options.MfaSerial is { Length: > 0 })
            throw Invalid(name, $"Profile '{name}' asks for the code of an MFA device (mfa_serial), which cannot be entered here.",
                "Get temporary credentials with the code (aws sts get-session-token --serial-number <device> --token-code <code>) and give "
                + "them with their session token.");
        return profiles.TryGetAWSCredentials(name, out var found) ? new ProfileCredentials(name, options, found)
            : throw Invalid(name, $"Profile '{name}' of the AWS configuration files holds no credentials.",
                "Give it a key, a role with source_profile, a credential_process or single sign-on.");
    }

    /// <summary>The region that a profile names; null for none, or when there is no such profile.</summary>
    public static string? RegionOf(string? name) => name is not null
        && new CredentialProfileStoreChain().TryGetProfile(name, out var profile) ? profile.Region?.SystemName : null;

    static ShardyFusionException Invalid(string name, string message, string advice) =>
        new(ErrorKind.ConfigValidation, message) { Target = name, RecommendedAction = advice };
}
