using System.Diagnostics;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using ShardyFusion.Errors;

namespace ShardyFusion.Stores.S3;

/// <summary>The credentials of one profile; says in our own words why they cannot be had, and does not wait for long.</summary>
/// <param name="name">The profile.</param>
/// <param name="options">How it gets them.</param>
/// <param name="source">Gets them.</param>
sealed class ProfileCredentials(string name, CredentialProfileOptions options, AWSCredentials source) : AWSCredentials
{
    /// <summary>How long a service of AWS may take; a program that may ask its user gets <see cref="ProcessLimit"/>.</summary>
    static readonly TimeSpan ServiceLimit = TimeSpan.FromSeconds(5), ProcessLimit = TimeSpan.FromSeconds(60);

    /// <summary>The SDK asks several times for one request; what has just failed fails again at once.</summary>
    static readonly TimeSpan FailureLife = TimeSpan.FromSeconds(10);

    ShardyFusionException? lastFailure;
    long failedAt;

    TimeSpan Limit => options.CredentialProcess is null ? ServiceLimit : ProcessLimit;

    /// <inheritdoc/>
    public override ImmutableCredentials GetCredentials() => GetCredentialsAsync().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override async Task<ImmutableCredentials> GetCredentialsAsync()
    {
        if (Volatile.Read(ref lastFailure) is { } known && Stopwatch.GetElapsedTime(Volatile.Read(ref failedAt)) < FailureLife) throw known;
        try
        {
            return await Task.Run(source.GetCredentialsAsync).WaitAsync(Limit).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not (ShardyFusionException or OperationCanceledException))
        {
            Volatile.Write(ref failedAt, Stopwatch.GetTimestamp());
            var described = Describe(failure);
            Volatile.Write(ref lastFailure, described);
            throw described;
        }
    }

    ShardyFusionException Describe(Exception failure)
    {
        var isLate = failure is TimeoutException;
        if (options.CredentialProcess is not null)
            return Failed(ErrorKind.StorageDenied, failure,
                $"The credential_process of profile '{name}' "
                    + (isLate ? "did not end within a minute." : "gave no credentials."),
                "Run its command by hand: it must end with exit code 0 and print JSON with Version 1, AccessKeyId and SecretAccessKey.");
        if ((options.SsoSession ?? options.SsoStartUrl) is not null)
            return Failed(ErrorKind.CredentialsExpired, failure,
                $"The single sign-on of profile '{name}' has ended or was never begun.", $"Sign in: aws sso login --profile {name}");
        if (options.RoleArn is { } role)
            return Failed(ErrorKind.StorageDenied, failure,
                $"The role '{role}' of profile '{name}' could not be assumed: {WhyOfSts(failure)}.",
                AnswerOf(failure) is null ? "Check the network's way to the Security Token Service (STS) of the profile's region."
                    : "Allow sts:AssumeRole on that role, and check the credentials that the profile takes for it.");
        return Failed(ErrorKind.StorageDenied, failure, $"The credentials of profile '{name}' could not be had.",
            "Look at the profile in the AWS configuration files: aws configure list --profile shows where its values come from.");
    }

    static string WhyOfSts(Exception failure) => AnswerOf(failure) is { } answer ? $"STS answered {answer.ErrorCode}"
        : failure is TimeoutException ? "STS did not answer within 5 s" : "STS could not be reached";

    static AmazonServiceException? AnswerOf(Exception? failure)
    {
        for (; failure is not null; failure = failure.InnerException)
            if (failure is AmazonServiceException { StatusCode: not 0 } answer) return answer;
        return null;
    }

    ShardyFusionException Failed(ErrorKind kind, Exception cause, string message, string advice) =>
        new(kind, message, cause) { Target = name, RecommendedAction = advice };
}
